import type { EngineEvent } from '@weir/protocol';

/** Named one by one; the others are only counted. */
const NAMED = 20;

/** What the file source publishes on topic `malformed`. `number` counts from 1 over the whole input, the same in a replay. */
interface MalformedLine {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  readonly number: number;
}

/** `FILE:LINE: reason` for the first 20 malformed lines, each once however often a failure makes the source read it again. */
export class MalformedLines {
  readonly #print: (line: string) => void;
  readonly #nameOf: (path: string) => string;
  #last = 0;

  constructor(print: (line: string) => void, nameOf: (path: string) => string) {
    this.#print = print;
    this.#nameOf = nameOf;
  }

  accept(event: EngineEvent): void {
    if (event.type !== 'published' || event.topic !== 'malformed') return;
    const { file, line, reason, number } = event.payload as MalformedLine;
    if (number <= this.#last || number > NAMED) return;
    this.#last = number;
    this.#print(`${this.#nameOf(file)}:${line}: ${reason}`);
  }

  /** After the end: how many there were beyond those named. */
  finish(total: number): void {
    if (total > NAMED) this.#print(`${total - NAMED} more malformed lines, ${total} in all`);
  }
}
