import type { CheckpointInfo } from '@weir/protocol';
import { exactBytes, formatBytes } from '../../format/bytes.js';
import { exactTime, formatClockMs } from '../../format/clock.js';
import { formatDuration } from '../../format/duration.js';
import { UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { detailMessages } from './detail-messages.js';
import { checkpointMessages } from './messages.js';

/** The whole checkpoint in figures, its path, and why it failed if it did. */
export function CheckpointFacts({ checkpoint }: { readonly checkpoint: CheckpointInfo }) {
  const text = useMessages(detailMessages);
  const { statuses, types } = useMessages(checkpointMessages);
  const ended = checkpoint.status !== 'IN_PROGRESS';
  const bytes = (value: number) => (ended ? formatBytes(value) : UNKNOWN);
  const facts: readonly (readonly [name: string, value: string, exact?: string])[] = [
    [text.status, statuses[checkpoint.status]],
    [text.type, types[checkpoint.type]],
    [text.triggered, formatClockMs(checkpoint.triggerTimestamp), exactTime(checkpoint.triggerTimestamp)],
    [text.duration, ended ? formatDuration(checkpoint.endToEndDuration) : UNKNOWN],
    [text.acknowledgements, `${checkpoint.numAcknowledgedSubtasks} / ${checkpoint.numSubtasks}`],
    [text.written, bytes(checkpoint.checkpointedSize), exactBytes(checkpoint.checkpointedSize)],
    [text.state, bytes(checkpoint.stateSize), exactBytes(checkpoint.stateSize)],
    [text.inFlight, bytes(checkpoint.persistedData), exactBytes(checkpoint.persistedData)],
  ];
  return (
    <>
      <dl className="grid grid-cols-2 gap-x-5 gap-y-2 phone:grid-cols-4">
        {facts.map(([name, value, exact]) => (
          <div key={name} title={exact} className="min-w-0">
            <dt className="truncate text-ink-3">{name}</dt>
            <dd className="font-semibold text-body">{value}</dd>
          </div>
        ))}
      </dl>
      {checkpoint.failureMessage !== undefined && (
        <p className="mt-3 rounded-small bg-fail-ground px-3 py-2 text-fail">{checkpoint.failureMessage.split('\n')[0]}</p>
      )}
      <p className="mt-3 mb-4 break-all font-mono text-axis text-ink-2">
        {checkpoint.externalPath}
        {checkpoint.discarded && <span className="font-sans text-ink-3"> · {text.discarded}</span>}
      </p>
    </>
  );
}
