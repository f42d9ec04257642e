import type { CheckpointInfo, EngineEvent, RecoveryInfo } from '@weir/protocol';

/** Names stay as Flink has them; one line an event, nothing where there is nothing to say. */
export function eventLine(event: EngineEvent): string | undefined {
  switch (event.type) {
    case 'published':
      return publishedLine(event);
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
  const what = `${checkpoint.isSavepoint ? 'savepoint' : 'checkpoint'} ${checkpoint.id}`;
  if (checkpoint.status === 'COMPLETED')
    return `${what} completed in ${checkpoint.endToEndDuration} ms, ${checkpoint.checkpointedSize} bytes`;
  if (checkpoint.status === 'FAILED') return `${what} failed${because(checkpoint.failureMessage)}`;
  return undefined;
}

/** Alerts, processing lines, sink lines and events, as user code published them. */
function publishedLine({ topic, payload, dropped }: Extract<EngineEvent, { type: 'published' }>): string | undefined {
  if (!['alert', 'process', 'sink', 'source'].includes(topic)) return undefined;
  const fields = (typeof payload === 'object' && payload !== null ? payload : {}) as Record<string, unknown>;
  const text =
    [payload, fields.message, fields.line, fields.text].find((candidate) => typeof candidate === 'string') ?? describe(topic, fields);
  const missed = dropped > 0 ? ` (${dropped} lines before it left out)` : '';
  return `${text}${fields.replayed === true ? ' (replayed)' : ''}${missed}`;
}

function describe(topic: string, fields: Readonly<Record<string, unknown>>): string {
  if (topic === 'source' && typeof fields.userId === 'string')
    return `[SOURCE] userId=${fields.userId} ${fields.isAbnormal === true ? 'abnormal' : 'normal'}`;
  return `[${topic.toUpperCase()}] ${JSON.stringify(fields)}`;
}
