import { formatRate } from '../../format/number.js';
import { KeyMark } from '../../keys/KeyMark.js';
import { keyStyle } from '../../keys/key-style.js';
import type { Bucket } from './buckets.js';
import { type Column, columnColour } from './columns.js';

interface Props {
  readonly columns: readonly Column[];
  readonly buckets: readonly Bucket[];
  readonly note: string;
}

/** Top of the stack first, with its newest rate. */
export function ThroughputLegend({ columns, buckets, note }: Props) {
  const newest = buckets.at(-1)?.rates;
  const ids = columns.map((column) => column.id);
  return (
    <ul className="grid gap-px text-small max-wide:grid-cols-3 max-wide:gap-x-4" title={note}>
      {[...columns].reverse().map((column) => (
        <li key={column.id} className="flex min-w-0 items-center gap-1.5">
          {keyStyle(column.id, ids) ? (
            <KeyMark style={keyStyle(column.id, ids)} />
          ) : (
            <i
              aria-hidden="true"
              className="size-2 flex-none rounded-[2px]"
              style={{ background: columnColour(column.index, columns.length) }}
            />
          )}
          <span className="truncate text-ink-2">{column.name}</span>
          <b className="ml-auto whitespace-nowrap font-semibold">{formatRate(newest?.[column.id] ?? undefined)}</b>
        </li>
      ))}
    </ul>
  );
}
