import type { Counter, SourceReaderContext } from '@weir/runtime';
import type { Gap } from './find-again.js';
import { FOLLOW_TOTALS, type FollowedFile, type FollowTotals } from './followed-file.js';

/** Malformed lines that are published by name; the others are counted. */
const MOST_NAMED = 100;
/** Sequence numbers after a gap begin with the next multiple: more than a gap can have had events, so that none is given to another event. */
const LEAP = 2 ** 32;

type Shown = Exclude<keyof FollowTotals, 'sequence'>;
const SHOWN = FOLLOW_TOTALS.filter((name) => name !== 'sequence') as readonly Shown[];

/** What the reader counts, as state and for people: of the exactly-once result, as it is part of each checkpoint. */
export class FollowFigures {
  static readonly NONE: Readonly<FollowTotals> = { events: 0, lines: 0, bytes: 0, skipped: 0, malformed: 0, bytesMissing: 0, sequence: 0 };
  readonly totals: FollowTotals = { ...FollowFigures.NONE };
  readonly #context: SourceReaderContext;
  readonly #counters: ReadonlyMap<Shown, Counter>;

  constructor(context: SourceReaderContext) {
    this.#context = context;
    this.#counters = new Map(SHOWN.map((name) => [name, context.counter(name)]));
  }

  add(totals: Readonly<FollowTotals>): void {
    for (const name of FOLLOW_TOTALS) this.totals[name] += totals[name];
  }

  /** Everything from there to where the file is now. */
  consumed(followed: FollowedFile, fromOffset: number, fromLine: number): void {
    this.totals.bytes += followed.offset - fromOffset;
    this.totals.lines += followed.line - fromLine;
  }

  malformed(file: string, line: number, reason: string): void {
    const number = ++this.totals.malformed;
    if (number <= MOST_NAMED) this.#context.publish('malformed', { file, line, reason, number });
  }

  gap({ bytesMissing }: Gap): void {
    this.totals.bytesMissing += bytesMissing;
    this.totals.sequence = (Math.floor(this.totals.sequence / LEAP) + 1) * LEAP;
    this.show();
  }

  show(): void {
    for (const [name, counter] of this.#counters) counter.inc(this.totals[name] - counter.count);
  }
}
