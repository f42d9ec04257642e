import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { IngestLog } from '@weir/connectors';
import type { CheckpointInfo } from '@weir/protocol';
import { localPath } from '@weir/runtime';

/** The source's uid in the detection job. */
const SOURCE_UID = 'http-source';

/** Lets go of what no retained checkpoint of the job needs any more, each time one completes. Savepoints are not asked: they have no end. */
export class Retention {
  readonly #log: Pick<IngestLog, 'segments' | 'release'>;
  readonly #onError: (error: unknown) => void;
  readonly #nextEvent: (checkpoint: string) => Promise<number>;
  /** By directory: a completed checkpoint does not change. */
  #needs = new Map<string, number>();
  #working: Promise<void> | undefined;
  #again: string | undefined;

  /** `nextEvent`: number of the event that a checkpoint would go on with; infinite if it does not read the log. */
  constructor(log: Pick<IngestLog, 'segments' | 'release'>, onError: (error: unknown) => void, nextEvent = nextEventOf) {
    this.#log = log;
    this.#onError = onError;
    this.#nextEvent = nextEvent;
  }

  accept({ status, externalPath, isSavepoint, discarded }: CheckpointInfo): void {
    if (status !== 'COMPLETED' || isSavepoint || discarded || externalPath === undefined) return;
    // The last segment is never deleted, so as long as there is no other there is nothing to find out.
    if (this.#log.segments.length < 2) return;
    this.#again = dirname(localPath(externalPath));
    this.#working ??= this.#work().finally(() => {
      this.#working = undefined;
    });
  }

  async settled(): Promise<void> {
    await this.#working;
  }

  async #work(): Promise<void> {
    while (this.#again !== undefined) {
      const directory = this.#again;
      this.#again = undefined;
      try {
        const needed = await this.#oldestNeeded(directory);
        if (needed !== undefined) await this.#log.release(needed);
      } catch (error) {
        // A checkpoint that cannot be read may need anything: all of it is kept.
        this.#onError(error);
      }
    }
  }

  /** Number of the first event that a retained checkpoint would go on with. */
  async #oldestNeeded(directory: string): Promise<number | undefined> {
    const needs = new Map<string, number>();
    for (const name of await readdir(directory)) {
      if (!/^chk-\d+$/.test(name)) continue;
      const path = join(directory, name);
      let needed = this.#needs.get(path);
      if (needed === undefined) {
        if (!(await isComplete(path))) continue;
        try {
          needed = await this.#nextEvent(path);
        } catch (error) {
          // Newer ones may have taken its place while it was read.
          if (await isComplete(path)) throw error;
          continue;
        }
      }
      needs.set(path, needed);
    }
    this.#needs = needs;
    const oldest = Math.min(...needs.values());
    return Number.isFinite(oldest) ? oldest : undefined;
  }
}

/** One without metadata was never completed, or is just being deleted: that goes first. */
async function isComplete(checkpoint: string): Promise<boolean> {
  return (await readdir(checkpoint).catch((): string[] => [])).includes('_metadata');
}

async function nextEventOf(checkpoint: string): Promise<number> {
  const { readCheckpoint } = await import('@weir/runtime/storage');
  const offsets = await (await readCheckpoint(checkpoint)).offsets();
  const positions = (offsets[SOURCE_UID] ?? []) as readonly { readonly offset: number }[];
  return Math.min(...positions.map(({ offset }) => Number(offset)));
}
