import type { EngineEvent } from '@weir/protocol';
import { because } from '../because.js';

/** ms. The first is said at once, the later ones at most this often: a run may be left alone for hours. */
const EVERY = 5 * 60_000;

/** Says that checkpoints fail, without which a run never ends: at once, again rarely, and when one completes after all. */
export class CheckpointTroubles {
  readonly #say: (line: string) => void;
  #saidAt: number | undefined;

  constructor(say: (line: string) => void) {
    this.#say = say;
  }

  accept(event: EngineEvent): void {
    if (event.type === 'commit-overdue') {
      const { checkpointId, reason } = event.commit;
      this.#trouble(event.at, `the alerts of checkpoint ${checkpointId} are not being committed`, reason);
    }
    if (event.type !== 'checkpoint' || event.checkpoint.discarded) return;
    const { failureMessage, id, status } = event.checkpoint;
    if (status === 'FAILED') this.#trouble(event.at, `checkpoint ${id} failed`, failureMessage);
    if (status !== 'COMPLETED' || this.#saidAt === undefined) return;
    this.#saidAt = undefined;
    this.#say(`checkpoint ${id} completed: all is well again`);
  }

  #trouble(at: number, what: string, reason: string | undefined): void {
    if (this.#saidAt !== undefined && at - this.#saidAt < EVERY) return;
    this.#saidAt = at;
    this.#say(`${what}${because(reason)}; it is tried again, and the run ends only once a checkpoint of all of it is complete`);
  }
}
