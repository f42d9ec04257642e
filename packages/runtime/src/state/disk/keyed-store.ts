/**
 * Where entries lie that memory has no room for: an ordered store that answers at once. It is a cache and no more: what it holds is made anew from a checkpoint by
 * whoever opens one, so it need not outlive its process, nor be durable.
 */
export interface KeyedStore {
  /** Longest key that it takes. */
  readonly maxKeyBytes: number;
  /** The bytes are valid until the next call of anything here. */
  get(key: Uint8Array): Uint8Array | undefined;
  /** `value` must not change before `written` has resolved; `key` may. */
  put(key: Uint8Array, value: Uint8Array): void;
  remove(key: Uint8Array): void;
  /** Resolves once all that was put and removed so far is what `get` gives. Rejects if the disk did not take it. */
  written(): Promise<void>;
  /** What `get` gives now, for reading it in order while it changes. */
  snapshot(): KeyedStoreSnapshot;
  /** Gives up the files, too. */
  close(): Promise<void>;
}

export interface KeyedStoreSnapshot {
  /** Entries from `from` up to `to`, which is not among them, in order of the bytes; keys and values are memory of their own. */
  range(from: Uint8Array, to: Uint8Array): Iterator<{ readonly key: Uint8Array; readonly value: Uint8Array }>;
  release(): void;
}
