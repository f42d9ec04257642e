import type { CheckpointInfo, EngineEvent, JobStatus, LogLine, RecoveryInfo } from '@weir/protocol';
import { because } from '../because.js';

/** A line of the event log as the event alone tells it. */
export type Described = Omit<LogLine, 'number' | 'at' | 'replayed'>;

/** The one place that puts events into words, for terminal and page alike. Names stay as Flink has them; nothing where there is nothing to say. */
export function describeEvent(event: EngineEvent): Described | undefined {
  switch (event.type) {
    case 'published':
      return describePublished(event);
    case 'jobmanager': {
      const text = `JobManager (attempt ${event.attempt}) ${event.leading ? 'leads' : 'is gone'}${because(event.reason)}`;
      return { kind: 'cluster', level: event.leading ? 'info' : 'error', text };
    }
    case 'taskmanager': {
      const { id, attempt, change, reason } = event;
      const level = change === 'lost' || change === 'ended' ? 'warning' : 'info';
      return { kind: 'cluster', level, text: `${id} (attempt ${attempt}) ${change}${because(reason)}`, taskManagerId: id };
    }
    case 'job-status':
      return { kind: 'job', level: levelOf(event.status), text: `job ${event.jobId} ${event.status}${because(event.reason)}` };
    case 'checkpoint':
      return describeCheckpoint(event.checkpoint);
    case 'commit-overdue': {
      const { checkpointId, noticed, reason, since } = event.commit;
      const text = `the sinks have not committed checkpoint ${checkpointId} for ${Math.round((noticed - since) / 1000)} s; no other is taken until they have${because(reason)}`;
      return { kind: 'checkpoint', level: 'error', text };
    }
    case 'recovery': {
      const { recovery, phase } = event;
      const level = phase === 'failed' || phase === 'detected' ? 'warning' : 'info';
      return { kind: 'recovery', level, text: `recovery ${recovery.number}: ${phase}${detail(recovery, phase)}` };
    }
    default:
      return undefined;
  }
}

/** One line of the terminal. */
export function eventLine(event: EngineEvent, replayed = false): string | undefined {
  const described = describeEvent(event);
  if (described === undefined) return undefined;
  const dropped = event.type === 'published' ? event.dropped : 0;
  return `${described.text}${replayed ? ' (replayed)' : ''}${dropped > 0 ? ` (${dropped} lines before it left out)` : ''}`;
}

function levelOf(status: JobStatus): LogLine['level'] {
  if (status === 'FAILED') return 'error';
  return status === 'FAILING' || status === 'RESTARTING' ? 'warning' : 'info';
}

function detail(recovery: RecoveryInfo, phase: string): string {
  if (phase === 'detected') return ` (${recovery.cause.split('\n', 1)[0]})`;
  if (phase === 'checkpoint-chosen')
    return recovery.checkpointId === undefined ? ' (none: from empty state)' : ` (checkpoint ${recovery.checkpointId})`;
  return '';
}

function describeCheckpoint(checkpoint: CheckpointInfo): Described | undefined {
  // Told once more when it has made room for newer ones.
  if (checkpoint.discarded) return undefined;
  const what = `${checkpoint.isSavepoint ? 'savepoint' : 'checkpoint'} ${checkpoint.id}`;
  if (checkpoint.status === 'COMPLETED') {
    const text = `${what} completed in ${Math.round(checkpoint.endToEndDuration)} ms, ${checkpoint.checkpointedSize} bytes`;
    return { kind: 'checkpoint', level: 'info', text };
  }
  if (checkpoint.status === 'FAILED')
    return { kind: 'checkpoint', level: 'error', text: `${what} failed${because(checkpoint.failureMessage)}` };
  return undefined;
}

/** Alerts, processing lines, sink lines and events, as the job published them. */
function describePublished({ topic, payload, subtask, taskManagerId }: Extract<EngineEvent, { type: 'published' }>): Described | undefined {
  const fields = (typeof payload === 'object' && payload !== null ? payload : {}) as Record<string, unknown>;
  const { message, userId, isAbnormal, abnormalCount } = fields;
  const where = { subtask, taskManagerId, ...(typeof userId === 'string' ? { userId } : {}) };
  const what = isAbnormal === true ? 'abnormal' : 'normal';
  const abnormal = typeof isAbnormal === 'boolean' ? { abnormal: isAbnormal } : {};
  switch (topic) {
    case 'alert':
      return { kind: 'alert', level: 'warning', text: String(message), abnormal: true, ...where };
    case 'source':
      return { kind: 'source', level: 'info', text: `[SOURCE] userId=${userId} ${what}`, ...abnormal, ...where };
    case 'process': {
      const text = `[PROCESS] userId=${userId} ${what} abnormalCount=${abnormalCount}`;
      return { kind: 'process', level: 'info', text, ...abnormal, ...where };
    }
    case 'log-gap': {
      const { file, bytesMissing, eventsMissing, reason } = fields;
      if (reason === 'truncated' && bytesMissing === 0) {
        const text = `[SOURCE] ${file} was cut: all that had been seen of it was read; what came after the last look is missing`;
        return { kind: 'source', level: 'warning', text, ...where };
      }
      const events = eventsMissing === undefined ? '' : ` (${eventsMissing} events)`;
      // Of a file that is gone only what was seen of it is known, and of a compressed one what its format tells.
      const known = reason === 'compressed' ? bytesMissing !== 0 : eventsMissing !== undefined;
      const bytes = known ? bytesMissing : `at least ${bytesMissing}`;
      return {
        kind: 'source',
        level: 'error',
        text: `[SOURCE] ${bytes} bytes${events} of ${file} are missing: ${reason}`,
        ...where,
      };
    }
    case 'log-unreadable':
      return { kind: 'source', level: 'warning', text: `[SOURCE] ${fields.file} cannot be read for now: ${fields.reason}`, ...where };
    case 'sink':
      return { kind: 'sink', level: 'info', text: `[SINK] ${message}`, ...where };
    default:
      return undefined;
  }
}
