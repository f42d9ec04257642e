// Data plane: from one form of line to the next.
import type { KeyField, RecordSink } from '../format.js';
import { compileTemplate, type LineTemplate, type Part, type PartReaders } from './line-template.js';

/** Forms that are known at a time: a field that is not always there makes two of each. */
const MOST_FORMS = 8;
/** Once there are so many, another takes the place of one only after so many lines that were of none. */
const LINES_TO_LEARN = 10_000;

/** One line of whatever form: as `LineTemplate`, but for the first line alone; and notes its parts in `parts`, if there is a place. */
export type ReadLine = (bytes: Buffer, view: DataView, from: number, end: number, sink: RecordSink, parts: Part[] | undefined) => number;

/** Reads lines by templates of the forms that have been seen, and learns new ones. */
export class LineScanner {
  readonly #key: KeyField;
  readonly #readers: PartReaders;
  readonly #readLine: ReadLine;
  readonly #forms: LineTemplate[] = [];
  /** Their parts: a line at the end of what has been read looks unknown to its own form. */
  readonly #known: string[] = [];
  #replaced = 0;
  #unknown = 0;

  constructor(key: KeyField, readers: PartReaders, readLine: ReadLine) {
    this.#key = key;
    this.#readers = readers;
    this.#readLine = readLine;
  }

  /** As `Format.scan`. */
  scan(bytes: Buffer, view: DataView, start: number, end: number, sink: RecordSink): number {
    let from = start;
    for (;;) {
      const before = from;
      for (let form = 0; form < this.#forms.length; form++) {
        from = this.#forms[form](bytes, view, from, end, sink, this.#readers);
        if (from < 0) return from;
      }
      if (from !== before) continue;
      from = this.#other(bytes, view, before, end, sink);
      if (from <= before) return from;
    }
  }

  /** A line of none of the forms. */
  #other(bytes: Buffer, view: DataView, from: number, end: number, sink: RecordSink): number {
    const learning = this.#forms.length < MOST_FORMS || this.#unknown >= LINES_TO_LEARN;
    const parts: Part[] | undefined = learning ? [] : undefined;
    const next = this.#readLine(bytes, view, from, end, sink, parts);
    if (next === from) return from;
    this.#unknown++;
    if (parts !== undefined) this.#learn(parts);
    return next;
  }

  #learn(parts: readonly Part[]): void {
    this.#unknown = 0;
    const form = JSON.stringify(parts);
    if (this.#known.includes(form)) return;
    const place = this.#forms.length < MOST_FORMS ? this.#forms.length : this.#replaced++ % MOST_FORMS;
    this.#forms[place] = compileTemplate(parts, this.#key);
    this.#known[place] = form;
  }
}
