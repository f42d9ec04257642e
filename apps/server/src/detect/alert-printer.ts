import { CommittedFileTail } from '@weir/connectors';
import { Coalesced } from '../coalesced.js';

/**
 * Committed alerts from the sink's file to standard output, in order, each once. A run that goes on from a killed one prints from the beginning:
 * its output is complete in itself.
 */
export class AlertPrinter {
  readonly #tail: CommittedFileTail;
  readonly #out: NodeJS.WritableStream;
  readonly #printing = new Coalesced(() => this.#print());

  constructor(workDirectory: string, out: NodeJS.WritableStream) {
    this.#tail = new CommittedFileTail({ workDirectory });
    this.#out = out;
  }

  /** Something was committed. */
  look(): void {
    // What cannot be read now is read by the next look, and `finish` says it if it cannot be read at all.
    this.#printing.request().catch(() => {});
  }

  /** Prints what is left. */
  async finish(): Promise<void> {
    await this.#printing.idle();
    await this.#printing.request();
  }

  async #print(): Promise<void> {
    for await (const bytes of this.#tail.read()) {
      // Held up by a reader that is slow, rather than in memory.
      await new Promise<void>((resolve) => this.#out.write(bytes, () => resolve()));
    }
  }
}
