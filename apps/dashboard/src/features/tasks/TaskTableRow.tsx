import type { ExecutionState } from '@weir/protocol';
import { memo } from 'react';
import { Bar } from '../../components/Bar.js';
import { exactBytes, formatBytes } from '../../format/bytes.js';
import { formatDuration } from '../../format/duration.js';
import { taskManagerName } from '../../format/names.js';
import { formatCount, formatRate, formatShare, UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { pointAtSubtask } from '../../view/actions.js';
import { taskMessages } from './messages.js';
import type { TaskRow } from './rows.js';
import type { TaskRates } from './task-rates.js';

interface Props {
  readonly row: TaskRow;
  readonly title: string;
  readonly rates: TaskRates | undefined;
  /** Its place in the whole table, for a screen reader: not all rows are there. */
  readonly place: number;
}

/** While a task does not run its figures are those of a task that is gone: unknown. */
export const TaskTableRow = memo(function TaskTableRow({ row: { id, isSource, subtask, part }, title, rates, place }: Props) {
  const { metrics, state } = subtask;
  const running = state === 'RUNNING';
  return (
    <tr
      aria-rowindex={place}
      onPointerEnter={() => pointAtSubtask(id)}
      onPointerLeave={() => pointAtSubtask(undefined)}
      className="h-[30px] border-line-2 border-t bg-panel hover:bg-sunken [&>td]:whitespace-nowrap [&>td]:px-2 [&>td]:text-right"
    >
      <td className="sticky left-0 bg-inherit pl-4! text-left! font-semibold">
        {title} {subtask.index + 1}
      </td>
      <td className={`text-left! ${toneOf(state)}`}>{state}</td>
      <td>{formatCount(subtask.attempt + 1)}</td>
      <td className="text-left! text-ink-2">
        {subtask.taskManagerId === undefined ? UNKNOWN : `${taskManagerName(subtask.taskManagerId)} · ${formatCount(subtask.slot)}`}
      </td>
      <td title={formatCount(metrics.numRecordsIn)}>{running && !isSource ? formatRate(rates?.in) : UNKNOWN}</td>
      <td title={formatCount(metrics.numRecordsOut)}>{running ? formatRate(rates?.out) : UNKNOWN}</td>
      <td className="text-left!">
        {running ? <Load busy={metrics.busyTimeMsPerSecond / 1_000} waiting={metrics.backPressuredTimeMsPerSecond / 1_000} /> : UNKNOWN}
      </td>
      <td>{running ? formatDuration(metrics.latency?.p99) : UNKNOWN}</td>
      <td title={exactBytes(part)} className="pr-4!">
        {formatBytes(part)}
      </td>
    </tr>
  );
});

function Load({ busy, waiting }: { readonly busy: number; readonly waiting: number }) {
  const text = useMessages(taskMessages);
  return (
    <span className="inline-flex items-center gap-2">
      <Bar share={busy} waiting={waiting} className="w-14" />
      <span>{text.busy(formatShare(busy))}</span>
      <span className={waiting >= 0.5 ? 'text-alert' : 'text-ink-3'}>{text.waiting(formatShare(waiting))}</span>
    </span>
  );
}

function toneOf(state: ExecutionState): string {
  if (state === 'RUNNING' || state === 'FINISHED') return '';
  return state === 'FAILED' ? 'text-fail font-medium' : 'text-alert font-medium';
}
