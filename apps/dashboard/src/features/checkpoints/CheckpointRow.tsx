import type { CheckpointInfo } from '@weir/protocol';
import { memo } from 'react';
import { exactBytes, formatBytes } from '../../format/bytes.js';
import { exactTime, formatClock } from '../../format/clock.js';
import { formatDuration } from '../../format/duration.js';
import { UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { places } from '../../shell/routes.js';
import { checkpointMessages } from './messages.js';

interface Props {
  readonly checkpoint: CheckpointInfo;
  /** The longest duration of those shown: the bars are on one scale. */
  readonly longest: number;
}

export const CheckpointRow = memo(function CheckpointRow({ checkpoint, longest }: Props) {
  const text = useMessages(checkpointMessages);
  const { id, status, isSavepoint, triggerTimestamp, endToEndDuration, checkpointedSize } = checkpoint;
  const completed = status === 'COMPLETED';
  const open = () => {
    location.hash = places.checkpoint(id);
  };
  return (
    <tr
      data-testid={`checkpoint-row-${id}`}
      data-status={status}
      title={checkpoint.failureMessage?.split('\n')[0]}
      onClick={open}
      className={`h-[30px] cursor-pointer pointer-coarse:h-11 border-line-2 border-t hover:bg-sunken [&>td]:whitespace-nowrap [&>td]:px-1.5 [&>td]:text-right ${status === 'FAILED' ? 'bg-fail-ground' : ''}`}
    >
      <td className="pl-4! text-left!">
        <a href={places.checkpoint(id)} aria-label={text.open(id)} className="font-semibold hover:underline">
          {id}
        </a>
        {isSavepoint && (
          <span title={text.isSavepoint} className="ml-1 rounded-[4px] border border-line px-1 text-ink-3 text-axis">
            SP
          </span>
        )}
      </td>
      <td title={exactTime(triggerTimestamp)} className="text-ink-2">
        {formatClock(triggerTimestamp)}
      </td>
      <td title={`${endToEndDuration} ms`}>
        <span className="inline-flex items-center justify-end gap-1.5">
          {completed && (
            <i aria-hidden="true" className="h-1.5 rounded-[1px] bg-ink-3" style={{ width: barWidth(endToEndDuration, longest) }} />
          )}
          {status === 'IN_PROGRESS' ? UNKNOWN : formatDuration(endToEndDuration)}
        </span>
      </td>
      <td title={exactBytes(checkpointedSize)}>{completed ? formatBytes(checkpointedSize) : UNKNOWN}</td>
      <td className="pr-4!" title={text.statuses[status]}>
        <Acknowledgements checkpoint={checkpoint} />
      </td>
    </tr>
  );
});

function Acknowledgements({ checkpoint: { status, numAcknowledgedSubtasks, numSubtasks } }: { readonly checkpoint: CheckpointInfo }) {
  const [mark, tone] = { COMPLETED: ['✓', 'text-ok'], FAILED: ['✕', 'text-fail'], IN_PROGRESS: ['◌', 'text-ink-3'] }[status] as [
    string,
    string,
  ];
  return (
    <>
      <span aria-hidden="true" className={`font-bold ${tone}`}>
        {mark}
      </span>{' '}
      {numAcknowledgedSubtasks}/{numSubtasks}
    </>
  );
}

function barWidth(duration: number, longest: number): number {
  return Math.max(2, Math.round((duration / Math.max(longest, 1)) * 36));
}
