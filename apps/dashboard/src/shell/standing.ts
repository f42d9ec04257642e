import type { CheckpointingMode, DashboardState, JobInfo, JobStatus, LedgerInfo, RecoveryInfo, VertexInfo } from '@weir/protocol';
import { taskManagerName, vertexName } from '../format/names.js';
import { causeMessages, recoveryCause } from '../job/cause.js';
import type { Language } from '../messages/define.js';

/** How the job stands and why: what the one sentence on top says. */
export type Standing = { readonly tone: 'calm' | 'warn' | 'bad' | 'quiet' } & (
  | { readonly kind: 'loading' }
  | { readonly kind: 'no-leader' }
  | { readonly kind: 'no-job' }
  | { readonly kind: 'starting' }
  | { readonly kind: 'unknown-death'; readonly taskManager: string }
  | { readonly kind: 'lost'; readonly cause: string }
  | { readonly kind: 'restoring'; readonly cause: string; readonly checkpoint: number | undefined }
  | { readonly kind: 'replaying'; readonly checkpoint: number | undefined }
  | {
      readonly kind: 'recovered';
      readonly cause: string;
      readonly took: number;
      readonly checkpoint: number | undefined;
      readonly replayed: number | undefined;
      readonly whole: boolean;
    }
  | { readonly kind: 'bottleneck'; readonly vertex: string; readonly busy: number; readonly waiting: string; readonly waits: number }
  | { readonly kind: 'checkpoint-failed'; readonly checkpoint: number; readonly reason: string }
  | {
      readonly kind: 'running';
      readonly checkpoint: number | undefined;
      readonly took: number | undefined;
      readonly interval: number;
      readonly whole: boolean;
    }
  | { readonly kind: 'not-whole'; readonly checkpoint: number; readonly lost: number; readonly doubled: number; readonly allowed: boolean }
  | { readonly kind: 'failed'; readonly reason: string }
  | { readonly kind: 'ending'; readonly state: JobStatus }
  | { readonly kind: 'finished' }
  | { readonly kind: 'canceled' }
);

/** A recovery is still worth a sentence for so long. */
const RECENT = 30_000;
/** Share of the time that tasks wait for room downstream from which on it is said. */
const PRESSED = 0.5;

export function standing(state: DashboardState | undefined, language: Language): Standing {
  if (!state) return { kind: 'loading', tone: 'quiet' };
  const { jobManager, jobs, taskManagers } = state.engine;
  if (!jobManager.leading) return { kind: 'no-leader', tone: 'bad' };
  const job = jobs[0];
  if (!job) return { kind: 'no-job', tone: 'quiet' };
  switch (job.state) {
    case 'FAILED':
      return { kind: 'failed', tone: 'bad', reason: job.failure ?? job.exceptions[0]?.message ?? '' };
    case 'FINISHED':
      return { kind: 'finished', tone: 'quiet' };
    case 'CANCELED':
      return { kind: 'canceled', tone: 'quiet' };
    case 'RUNNING': {
      const underWay = recovering(job.recoveries[0], language);
      if (underWay) return underWay;
      const dead = taskManagers.find((taskManager) => taskManager.status === 'failed' && taskManager.registered);
      if (dead) return { kind: 'unknown-death', tone: 'bad', taskManager: taskManagerName(dead.id) };
      return running(job, state.server.now, language);
    }
    case 'CANCELLING':
    case 'SUSPENDED':
      return { kind: 'ending', tone: 'warn', state: job.state };
    default:
      return recovering(job.recoveries[0], language) ?? { kind: 'starting', tone: 'warn' };
  }
}

function recovering(recovery: RecoveryInfo | undefined, language: Language): Standing | undefined {
  if (!recovery || recovery.phases.running !== undefined) return undefined;
  const cause = recoveryCause(recovery, causeMessages[language]);
  if (recovery.phases.replaying !== undefined) return { kind: 'replaying', tone: 'warn', checkpoint: recovery.checkpointId };
  if (recovery.phases['checkpoint-chosen'] !== undefined)
    return { kind: 'restoring', tone: 'warn', cause, checkpoint: recovery.checkpointId };
  return { kind: 'lost', tone: 'bad', cause };
}

function running(job: JobInfo, now: number, language: Language): Standing {
  const recovery = job.recoveries[0];
  const { latestCompleted, latestFailed } = job.checkpoints;
  const ended = recovery?.phases.running;
  const { ledger } = job;
  const notWhole = ledger === undefined ? undefined : notWholeBy(ledger, job.checkpointConfig.mode);
  if (notWhole?.tone === 'bad') return notWhole;
  if (recovery && ended !== undefined && now - ended < RECENT)
    return {
      kind: 'recovered',
      tone: 'calm',
      cause: recoveryCause(recovery, causeMessages[language]),
      took: ended - (recovery.phases.failed ?? recovery.phases.detected ?? ended),
      checkpoint: recovery.checkpointId,
      replayed: recovery.recordsReplayed,
      // Of the time before the failure it says nothing of what the recovery made of it.
      whole: ledger !== undefined && ledger.checkpointId > (recovery.checkpointId ?? 0),
    };
  if (latestFailed && latestFailed.id > (latestCompleted?.id ?? 0) && latestFailed.triggerTimestamp > (ended ?? 0))
    return { kind: 'checkpoint-failed', tone: 'warn', checkpoint: latestFailed.id, reason: latestFailed.failureMessage ?? '' };
  return (
    bottleneck(job.vertices) ??
    notWhole ?? {
      kind: 'running',
      tone: 'calm',
      checkpoint: latestCompleted?.id,
      took: latestCompleted?.endToEndDuration,
      interval: job.checkpointConfig.interval,
      whole: ledger !== undefined,
    }
  );
}

function notWholeBy({ checkpointId, lost, doubled }: LedgerInfo, mode: CheckpointingMode): Standing | undefined {
  if (lost + doubled === 0) return undefined;
  const allowed = lost === 0 && mode === 'AT_LEAST_ONCE';
  return { kind: 'not-whole', tone: allowed ? 'calm' : 'bad', checkpoint: checkpointId, lost, doubled, allowed };
}

/** The first busy vertex below one that waits. */
function bottleneck(vertices: readonly VertexInfo[]): Standing | undefined {
  const share = (vertex: VertexInfo, of: 'busyTimeMsPerSecond' | 'backPressuredTimeMsPerSecond') =>
    Math.max(0, ...vertex.subtasks.map((subtask) => subtask.metrics[of])) / 1000;
  for (const vertex of vertices) {
    const waiting = vertices.find(
      (other) =>
        vertex.inputs.some((input) => input.sourceVertexId === other.id) && share(other, 'backPressuredTimeMsPerSecond') >= PRESSED,
    );
    const busy = share(vertex, 'busyTimeMsPerSecond');
    if (waiting && busy >= PRESSED && share(vertex, 'backPressuredTimeMsPerSecond') < PRESSED)
      return {
        kind: 'bottleneck',
        tone: 'warn',
        vertex: vertexName(vertex.name),
        busy,
        waiting: vertexName(waiting.name),
        waits: share(waiting, 'backPressuredTimeMsPerSecond'),
      };
  }
  return undefined;
}
