import type { EngineEvent } from '@weir/protocol';

type Published = Extract<EngineEvent, { type: 'published' }>;

/** Users and alerts remembered; of more, the oldest are forgotten, and their replays look like new ones. */
const MOST = 10_000;

/**
 * Tells a line that a replay made again from a new one. A user's events come in order of `sequence`, so one that is no higher than
 * the highest seen is a replay; in the sink, where users mix, the alert's id tells. It knows what this process has seen.
 */
export class ReplayMarker {
  /** Highest sequence by job, topic and user. */
  readonly #highest = new Map<string, number>();
  readonly #ids = new Set<string>();

  isReplay({ jobId, topic, payload }: Published): boolean {
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
