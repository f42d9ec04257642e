import type { EngineEvent, LogLine } from '@weir/protocol';
import { describeEvent, eventLine } from './describe-event.js';
import type { ReplayMarksFile } from './replay-marks-file.js';

/** Lines kept for who looks later. */
const KEPT = 2_000;

export interface EventLogOptions {
  readonly print: (line: string) => void;
  /** Whether a terminal is told of each event: of one's own log, which may grow fast, it is told alerts and what is out of the ordinary. */
  readonly printsEvents: () => boolean;
}

/** `dropped`: lines that the engine left out just before this one. */
export type LogListener = (line: LogLine, dropped: number) => void;

/** What happened, as numbered lines: the newest are kept, each is told to the terminal and to whoever listens. */
export class EventLog {
  readonly #marks: ReplayMarksFile;
  readonly #options: EventLogOptions;
  /** Line n stands at n modulo their number. */
  readonly #ring: LogLine[] = [];
  readonly #listeners = new Set<LogListener>();
  #last = 0;

  constructor(marks: ReplayMarksFile, options: EventLogOptions) {
    this.#marks = marks;
    this.#options = options;
  }

  /** Every event of the engine, in order. */
  accept(event: EngineEvent): void {
    const replayed = event.type === 'published' && this.#marks.marker.isReplay(event);
    if (event.type === 'published') this.#marks.noteChange();
    const described = describeEvent(event);
    if (described === undefined) return;
    const isEvent = described.level === 'info' && (described.kind === 'source' || described.kind === 'process');
    if (!isEvent || this.#options.printsEvents()) this.#options.print(eventLine(event, replayed) as string);
    const line: LogLine = { number: ++this.#last, at: Math.round(event.at), ...described, replayed };
    this.#ring[line.number % KEPT] = line;
    const dropped = event.type === 'published' ? event.dropped : 0;
    for (const listener of this.#listeners) listener(line, dropped);
  }

  /** The newest, `most` at most, oldest first. */
  newest(most: number): readonly LogLine[] {
    const count = Math.min(most, this.#last, KEPT);
    return Array.from({ length: count }, (_, i) => this.#ring[(this.#last - count + 1 + i) % KEPT]);
  }

  subscribe(listener: LogListener): void {
    this.#listeners.add(listener);
  }

  close(): void {
    this.#marks.write();
  }
}
