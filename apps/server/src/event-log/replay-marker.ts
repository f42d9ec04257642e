import type { EngineEvent } from '@weir/protocol';

type Published = Extract<EngineEvent, { type: 'published' }>;

/** Users and alerts remembered; of more, the oldest are forgotten, and their replays look like new ones. */
const MOST = 10_000;
const MOST_REMEMBERED = 1_000;

export interface ReplayMarks {
  readonly highest: readonly (readonly [key: string, sequence: number])[];
  readonly ids: readonly string[];
}

/**
 * Tells a line that a replay made again from a new one. A user's events come in order of `sequence`, so one that is no higher than
 * the highest seen is a replay; in the sink, where users mix, the alert's id tells. It knows what this process has seen.
 */
export class ReplayMarker {
  /** Highest sequence by job, topic and user. */
  readonly #highest = new Map<string, number>();
  readonly #ids = new Set<string>();
  #changed = false;

  /** `remembered`: what `toJSON` gave, perhaps of a process that has ended; anything else counts as nothing. */
  constructor(remembered?: unknown) {
    const { highest, ids } = (remembered ?? {}) as Partial<ReplayMarks>;
    for (const entry of Array.isArray(highest) ? highest : []) {
      const [key, sequence] = Array.isArray(entry) ? entry : [];
      if (typeof key === 'string' && typeof sequence === 'number') this.#highest.set(key, sequence);
    }
    for (const id of Array.isArray(ids) ? ids : []) if (typeof id === 'string') this.#ids.add(id);
  }

  /** Whether anything was seen since the last call. */
  takeChanged(): boolean {
    const changed = this.#changed;
    this.#changed = false;
    return changed;
  }

  /** The most recent ones: enough for what can be replayed of a source slow enough to have its lines printed. */
  toJSON(): ReplayMarks {
    return { highest: [...this.#highest].slice(-MOST_REMEMBERED), ids: [...this.#ids].slice(-MOST_REMEMBERED) };
  }

  isReplay({ jobId, topic, payload }: Published): boolean {
    this.#changed = true;
    const { userId, sequence, id } = (payload ?? {}) as Record<string, unknown>;
    if (typeof userId === 'string' && typeof sequence === 'number') return this.#seenSequence(`${jobId} ${topic} ${userId}`, sequence);
    if (typeof id === 'string') return this.#seenId(`${jobId} ${topic} ${id}`);
    return false;
  }

  #seenSequence(key: string, sequence: number): boolean {
    const highest = this.#highest.get(key);
    this.#highest.delete(key);
    this.#highest.set(key, Math.max(highest ?? -1, sequence));
    if (this.#highest.size > MOST) this.#highest.delete(this.#highest.keys().next().value as string);
    return highest !== undefined && sequence <= highest;
  }

  #seenId(id: string): boolean {
    const seen = this.#ids.delete(id);
    this.#ids.add(id);
    if (this.#ids.size > MOST) this.#ids.delete(this.#ids.values().next().value as string);
    return seen;
  }
}
