import type { CheckpointContents, CheckpointInfo } from '@weir/protocol';

/** Keys of an operator that are told; the rest is a number. */
const MOST_KEYS = 200;
/** Bytes of keyed state beyond which its keys are not even counted for the sake of a page. */
const LARGEST = 16 * 1024 * 1024;
/** A completed checkpoint never changes, and every page asks for the newest few. */
const CACHED = 8;

/** What checkpoints hold, for a person to look at: the first keys of each keyed operator, in the order of their names. */
export class CheckpointContentsReader {
  readonly #cache = new Map<string, Promise<CheckpointContents>>();

  async read(jobId: string, checkpoint: CheckpointInfo): Promise<CheckpointContents> {
    const name = `${jobId}/${checkpoint.id}`;
    const cached = this.#cache.get(name);
    if (cached) return cached;
    const reading = readContents(checkpoint);
    this.#cache.set(name, reading);
    reading.catch(() => this.#cache.delete(name));
    for (const oldest of this.#cache.keys()) {
      if (this.#cache.size <= CACHED) break;
      this.#cache.delete(oldest);
    }
    return reading;
  }
}

async function readContents({ id, externalPath }: CheckpointInfo): Promise<CheckpointContents> {
  const { readCheckpoint } = await import('@weir/runtime/storage');
  const reader = await readCheckpoint(externalPath as string);
  const sizes = new Map(reader.sizes().map(({ uid, name, byKind }) => [uid, { name, size: byKind.keyed ?? 0 }]));
  const operators: CheckpointContents['operators'][number][] = [];
  for (const uid of reader.uidsWith('keyed')) {
    const { name, size } = sizes.get(uid) ?? { name: uid, size: 0 };
    if (size > LARGEST) {
      operators.push({ uid, name, size, state: {} });
      continue;
    }
    const all = Object.entries(await reader.keyedState(uid));
    operators.push({ uid, name, size, keys: all.length, state: Object.fromEntries(all.slice(0, MOST_KEYS)) });
  }
  return { checkpointId: id, operators };
}
