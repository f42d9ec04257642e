import type { CheckpointInfo } from '@weir/protocol';
import { useMemo } from 'react';
import { formatBytes } from '../../format/bytes.js';
import { formatDuration } from '../../format/duration.js';
import { formatCount } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { checkpointMessages } from './messages.js';
import { checkpointStatistics, type Spread } from './statistics.js';

/** Mean, least, 95th percentile and greatest of durations and sizes. */
export function CheckpointSpreads({ history }: { readonly history: readonly CheckpointInfo[] }) {
  const text = useMessages(checkpointMessages);
  const { count, duration, size } = useMemo(() => checkpointStatistics(history), [history]);
  return (
    <table className="mx-4 mb-2 flex-none text-small [&_td]:whitespace-nowrap [&_td]:text-right [&_th]:font-medium [&_th]:text-ink-3">
      <thead>
        <tr className="[&>th]:text-right">
          <th className="text-left! font-normal!">{text.ofLast(formatCount(count))}</th>
          <th>{text.average}</th>
          <th>{text.minimum}</th>
          <th>{text.p95}</th>
          <th>{text.maximum}</th>
        </tr>
      </thead>
      <tbody>
        <SpreadRow name={text.duration} spread={duration} format={formatDuration} />
        <SpreadRow name={text.size} spread={size} format={formatBytes} />
      </tbody>
    </table>
  );
}

interface RowProps {
  readonly name: string;
  readonly spread: Spread | undefined;
  readonly format: (value: number | undefined) => string;
}

function SpreadRow({ name, spread, format }: RowProps) {
  return (
    <tr>
      <th scope="row" className="text-left">
        {name}
      </th>
      <td className="font-semibold">{format(spread?.mean)}</td>
      <td>{format(spread?.min)}</td>
      <td>{format(spread?.p95)}</td>
      <td>{format(spread?.max)}</td>
    </tr>
  );
}
