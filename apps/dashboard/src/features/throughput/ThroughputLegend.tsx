import { formatRate } from '../../format/number.js';
import { KeyMark } from '../../keys/KeyMark.js';
import { keyStyles } from '../../keys/key-style.js';
import type { Bucket } from './buckets.js';
import type { Column } from './columns.js';

interface Props {
  readonly columns: readonly Column[];
  readonly buckets: readonly Bucket[];
  readonly colour: (index: number) => string;
  /** Whether each is one user's, with that user's mark. */
  readonly marked: boolean;
  readonly note: string;
}

/** Top of the stack first, with its newest rate. */
export function ThroughputLegend({ columns, buckets, colour, marked, note }: Props) {
  const newest = buckets.at(-1)?.rates;
  const hasMarks = marked && columns.length <= keyStyles.length;
  return (
    <ul className="grid gap-px text-small max-wide:grid-cols-3 max-wide:gap-x-4" title={note}>
      {[...columns].reverse().map((column) => (
        <li key={column.id} className="flex min-w-0 items-center gap-1.5">
          {hasMarks ? (
            <KeyMark style={keyStyles[column.index]} />
          ) : (
            <i aria-hidden="true" className="size-2 flex-none rounded-[2px]" style={{ background: colour(column.index) }} />
          )}
          <span className="truncate text-ink-2">{column.name}</span>
          <b className="ml-auto whitespace-nowrap font-semibold">{formatRate(newest?.[column.id] ?? undefined)}</b>
        </li>
      ))}
    </ul>
  );
}
