import { formatClock } from '../../format/clock.js';
import { formatRate } from '../../format/number.js';
import type { Bucket } from './buckets.js';
import type { Column } from './columns.js';

interface Props {
  readonly columns: readonly Column[];
  readonly active?: boolean;
  readonly payload?: readonly { readonly payload: Bucket }[];
}

export function ThroughputTip({ columns, active = false, payload }: Props) {
  const bucket = payload?.[0]?.payload;
  if (!active || !bucket) return null;
  return (
    <div className="rounded-small border border-line bg-panel px-2 py-1 text-small shadow-menu">
      <p className="font-semibold">{formatClock(bucket.at)}</p>
      {[...columns].reverse().map((column) => (
        <p key={column.id} className="flex justify-between gap-3">
          <span className="text-ink-2">{column.name}</span>
          <span>{formatRate(bucket.rates[column.id] ?? undefined)}</span>
        </p>
      ))}
    </div>
  );
}
