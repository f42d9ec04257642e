import type { EngineSnapshot } from '@weir/protocol';
import { useNow } from '../../../connection/now.js';
import { selectEngine } from '../../../connection/selectors.js';
import { useDashboard } from '../../../connection/store.js';
import { formatDuration } from '../../../format/duration.js';
import { formatCount } from '../../../format/number.js';
import { useMessages } from '../../../messages/use-messages.js';
import { machineMessages } from '../messages.js';
import { type Duty, type DutyState, type TaskCounts, taskCounts } from '../model/duties.js';
import type { DrawnBarrier, DrawnRecovery } from '../motion/drawn.js';
import { trueLength } from '../motion/recovery-plan.js';
import { DutyGlyph } from './DutyGlyph.js';
import { useDrawn } from './machinery.js';

interface Props {
  readonly duty: Duty;
  readonly state: DutyState;
}

type Texts = ReturnType<typeof useMessages<(typeof machineMessages)['en']>>;

export function DutyPart({ duty, state }: Props) {
  const t = useMessages(machineMessages) as Texts;
  const engine = useDashboard(selectEngine);
  const recovery = useDrawn((drawn) => drawn.recovery);
  const barrier = useDrawn((drawn) => drawn.barrier);
  const now = useNow();
  const { text, share, turn } = figureOf(duty, engine, recovery, barrier, now, t);
  return (
    <li className="duty" data-state={state}>
      <DutyGlyph duty={duty} share={share} turn={turn} />
      <div className="duty-words">
        <h4>{t.duties[duty]}</h4>
        <p>{text}</p>
      </div>
    </li>
  );
}

interface Figure {
  readonly text: string;
  readonly share: number;
  readonly turn: number;
}

function figureOf(
  duty: Duty,
  engine: EngineSnapshot | undefined,
  recovery: DrawnRecovery | undefined,
  barrier: DrawnBarrier | undefined,
  now: number,
  t: Texts,
): Figure {
  const job = engine?.jobs[0];
  const taskManagers = engine?.taskManagers ?? [];
  const counts = drawnCounts(taskCounts(job), recovery);
  const gone = isGone(recovery) ? recovery?.taskManagerId : undefined;
  const of = (part: number, all: number) => (all === 0 ? 0 : part / all);
  const plain = (text: string, share = 0): Figure => ({ text, share, turn: 0 });
  if (engine === undefined) return plain('—');
  switch (duty) {
    case 'scheduling':
      return plain(
        job === undefined ? t.noJob : t.tasksRunning(formatCount(counts.running), formatCount(counts.all)),
        of(counts.running, counts.all),
      );
    case 'resources': {
      const all = taskManagers.filter((each) => each.registered && each.id !== gone).reduce((sum, each) => sum + each.slots, 0);
      const free = taskManagers.filter((each) => each.registered && each.id !== gone).reduce((sum, each) => sum + each.freeSlots, 0);
      const ever = taskManagers.reduce((sum, each) => sum + each.slots, 0);
      return plain(t.slotsTaken(formatCount(all - free), formatCount(all)), of(all - free, ever));
    }
    case 'detection': {
      const alive = taskManagers.filter((each) => each.registered && each.id !== gone).length;
      const lost = recovery?.phase === 'detected' ? recovery.taskManagerId : undefined;
      return plain(
        lost === undefined ? t.alive(formatCount(alive), formatCount(taskManagers.length)) : t.lost(lost),
        of(alive, taskManagers.length),
      );
    }
    case 'coordinator':
      return coordinator(engine, recovery, barrier, now, t);
    case 'deployment':
      if (job === undefined) return plain(t.noJob);
      if (counts.deploying > 0) return plain(t.deploying(counts.deploying), of(counts.running, counts.all));
      return plain(t.deployed(job.vertices.length, counts.all), of(counts.running, counts.all));
    case 'recovery': {
      const last = job?.recoveries[0];
      if (recovery !== undefined && recovery.phase !== 'failed') return plain(t.phase(recovery.phase));
      if (job === undefined || last === undefined || job.numRestarts === 0) return plain(t.noRecovery);
      return plain(t.recoveries(job.numRestarts, formatDuration(trueLength(last))));
    }
  }
}

/** From when the JobManager knows until it has a place for the tasks again, as the drawing plays it. */
function isGone(recovery: DrawnRecovery | undefined): boolean {
  return recovery?.phase === 'detected' || recovery?.phase === 'checkpoint-chosen';
}

/** Task states as of the phase that is drawn: none runs between the failure's detection and the restore, then all are deployed. */
function drawnCounts(counts: TaskCounts, recovery: DrawnRecovery | undefined): TaskCounts {
  if (isGone(recovery)) return { ...counts, running: 0, deploying: 0 };
  return recovery?.phase === 'restoring' ? { ...counts, running: 0, deploying: counts.all } : counts;
}

function coordinator(
  engine: EngineSnapshot,
  recovery: DrawnRecovery | undefined,
  barrier: DrawnBarrier | undefined,
  now: number,
  t: Texts,
): Figure {
  const job = engine.jobs[0];
  if (job === undefined) return { text: t.noJob, share: 0, turn: 0 };
  if (recovery?.checkpointId !== undefined && recovery.phase !== 'failed' && recovery.phase !== 'detected') {
    return { text: t.chosen(recovery.checkpointId), share: 0, turn: 0 };
  }
  if (barrier !== undefined) {
    const say = barrier.isSavepoint ? t.savepointAcked : t.acked;
    const acked = barrier.acked.length;
    return { text: say(barrier.checkpointId, acked, barrier.numSubtasks), share: acked / Math.max(1, barrier.numSubtasks), turn: 1 };
  }
  const { enabled, interval } = job.checkpointConfig;
  if (!enabled) return { text: t.checkpointsOff, share: 0, turn: 0 };
  const latest = job.checkpoints.history.find((checkpoint) => !checkpoint.isSavepoint)?.triggerTimestamp ?? job.startTime;
  const left = Math.max(0, latest + interval - now);
  const text =
    job.state === 'RUNNING' && recovery === undefined
      ? `${t.nextCheckpoint(Math.ceil(left / 1_000))} · ${t.every(formatDuration(interval))}`
      : t.every(formatDuration(interval));
  return { text, share: 1, turn: Math.min(1, 1 - left / interval) };
}
