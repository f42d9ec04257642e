import type { CheckpointInfo, EngineEvent, RecoveryInfo } from '@weir/protocol';

/** Names stay as Flink has them; one line an event, nothing where there is nothing to say. */
export function eventLine(event: EngineEvent, replayed = false): string | undefined {
  switch (event.type) {
    case 'published':
      return publishedLine(event, replayed);
    case 'jobmanager':
      return `JobManager (attempt ${event.attempt}) ${event.leading ? 'leads' : 'is gone'}${because(event.reason)}`;
    case 'taskmanager':
      return `${event.id} (attempt ${event.attempt}) ${event.change}${because(event.reason)}`;
    case 'job-status':
      return `job ${event.jobId} ${event.status}${because(event.reason)}`;
    case 'checkpoint':
      return checkpointLine(event.checkpoint);
    case 'recovery':
      return `recovery ${event.recovery.number}: ${event.phase}${detail(event.recovery, event.phase)}`;
    default:
      return undefined;
  }
}

function because(reason: string | undefined): string {
  return reason === undefined ? '' : `: ${reason.split('\n', 1)[0]}`;
}

function detail(recovery: RecoveryInfo, phase: string): string {
  if (phase === 'detected') return ` (${recovery.cause.split('\n', 1)[0]})`;
  if (phase === 'checkpoint-chosen')
    return recovery.checkpointId === undefined ? ' (none: from empty state)' : ` (checkpoint ${recovery.checkpointId})`;
  return '';
}

function checkpointLine(checkpoint: CheckpointInfo): string | undefined {
  // Told once more when it has made room for newer ones.
  if (checkpoint.discarded) return undefined;
  const what = `${checkpoint.isSavepoint ? 'savepoint' : 'checkpoint'} ${checkpoint.id}`;
  if (checkpoint.status === 'COMPLETED')
    return `${what} completed in ${Math.round(checkpoint.endToEndDuration)} ms, ${checkpoint.checkpointedSize} bytes`;
  if (checkpoint.status === 'FAILED') return `${what} failed${because(checkpoint.failureMessage)}`;
  return undefined;
}

/** Alerts, processing lines, sink lines and events, as the job published them. */
function publishedLine({ topic, payload, dropped }: Extract<EngineEvent, { type: 'published' }>, replayed: boolean): string | undefined {
  const fields = (typeof payload === 'object' && payload !== null ? payload : {}) as Record<string, unknown>;
  const text = describe(topic, fields);
  if (text === undefined) return undefined;
  return `${text}${replayed ? ' (replayed)' : ''}${dropped > 0 ? ` (${dropped} lines before it left out)` : ''}`;
}

function describe(topic: string, { message, userId, isAbnormal, abnormalCount }: Readonly<Record<string, unknown>>): string | undefined {
  const kind = isAbnormal === true ? 'abnormal' : 'normal';
  switch (topic) {
    case 'alert':
      return String(message);
    case 'source':
      return `[SOURCE] userId=${userId} ${kind}`;
    case 'process':
      return `[PROCESS] userId=${userId} ${kind} abnormalCount=${abnormalCount}`;
    case 'sink':
      return `[SINK] ${message}`;
    default:
      return undefined;
  }
}
