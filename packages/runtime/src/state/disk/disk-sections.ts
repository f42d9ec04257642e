import type { SnapshotSection, StateSchema } from '../state-backend.js';
import { StateError } from '../state-error.js';
import { ChangesWriter, WHOLE } from './changes-writer.js';
import type { DiskState } from './disk-state.js';
import type { KeyedStoreSnapshot } from './keyed-store.js';
import { EPOCH, HASH, KEY_LENGTH, NEXT, type RecordArena, VALUE_LENGTH } from './record-arena.js';
import { groupStart, runKey, storedEntry } from './store-keys.js';

/** Records looked at in one go. */
const STEP = 4_000;

/** What one arena holds of a state at the end of an epoch, while it is being changed. */
export class ArenaView {
  readonly arena: RecordArena;
  readonly epoch: number;
  readonly #heads: (Int32Array | undefined)[];

  constructor(arena: RecordArena, epoch: number) {
    this.arena = arena;
    this.epoch = epoch;
    this.#heads = arena.heads.map((heads) => heads?.slice());
  }

  /** Whether anything of that state changed after `epoch`. */
  hasChanges(state: number, epoch: number): boolean {
    return this.arena.changed[state] > epoch;
  }

  head(state: number, group: number): number {
    return this.#heads[state]?.[group] ?? 0;
  }

  isLive(record: number): boolean {
    return this.arena.isLiveAt(record, this.epoch);
  }
}

abstract class Section implements SnapshotSection {
  readonly kind = 'keyed-changes';
  readonly name: string;
  readonly schema: StateSchema;
  released = false;
  protected readonly state: DiskState;
  protected readonly writer: ChangesWriter;
  #done = false;

  constructor(state: DiskState, flags: number) {
    this.state = state;
    this.name = state.name;
    this.schema = { state: 'value', type: state.schema };
    this.writer = new ChangesWriter(state.maxParallelism, flags);
  }

  abstract get count(): number;

  nextChunk(): Uint8Array | null {
    if (this.#done) return null;
    if (this.released) throw new StateError(`state ${this.name}: its snapshot was released before it was read to the end`);
    if (!this.fill()) return this.writer.take();
    this.#done = true;
    return this.writer.end();
  }

  /** Writes until the chunk is full or enough has been looked at. Returns whether that was all. */
  protected abstract fill(): boolean;

  protected add(arena: RecordArena, record: number, keyGroup: number): boolean {
    const keyLength = arena.word(record, KEY_LENGTH);
    const valueLength = arena.word(record, VALUE_LENGTH);
    if (!this.writer.hasRoom(keyLength, valueLength)) return false;
    const { u8 } = arena.segment;
    this.writer.add(keyGroup, arena.word(record, HASH), u8, arena.keyAt(record), keyLength, u8, arena.valueAt(record), valueLength);
    return true;
  }
}

/** Of one state, what changed after `since` and is in memory. */
export class ChangesSection extends Section {
  readonly #view: ArenaView;
  readonly #since: number;
  #group = -1;
  #record = 0;

  constructor(state: DiskState, view: ArenaView, since: number) {
    super(state, 0);
    this.#view = view;
    this.#since = since;
  }

  /** Known once all has been read. */
  get count(): number {
    return this.writer.total;
  }

  protected fill(): boolean {
    const { index, range } = this.state;
    const { arena } = this.#view;
    for (let left = STEP; left > 0; left--) {
      if (this.#record === 0) {
        if (++this.#group > range.end - range.start) return true;
        this.#record = this.#view.head(index, this.#group);
        continue;
      }
      const changed = arena.word(this.#record, EPOCH) > this.#since && this.#view.isLive(this.#record);
      if (changed && !this.add(arena, this.#record, range.start + this.#group)) return false;
      this.#record = arena.word(this.#record, NEXT);
    }
    return false;
  }
}

/** All of one state: what the store has, but for what memory has anew. */
export class FullSection extends Section {
  readonly count: number;
  readonly #views: readonly ArenaView[];
  readonly #store: KeyedStoreSnapshot;
  #group = -1;
  #view = 0;
  #record = 0;
  #inMemory = new Set<string>();
  #entries: Iterator<{ readonly key: Uint8Array; readonly value: Uint8Array }> | undefined;
  #waiting: { readonly key: Uint8Array; readonly value: Uint8Array } | undefined;

  constructor(state: DiskState, views: readonly ArenaView[], store: KeyedStoreSnapshot) {
    super(state, WHOLE);
    this.count = state.size;
    this.#views = views;
    this.#store = store;
    this.#view = views.length;
  }

  protected fill(): boolean {
    for (let left = STEP; left > 0; left--) {
      if (this.#record !== 0) {
        if (!this.#addRecord()) return false;
      } else if (this.#view < this.#views.length) {
        this.#record = this.#views[this.#view++].head(this.state.index, this.#group);
      } else if (this.#entries !== undefined) {
        if (!this.#addStored(this.#entries)) return false;
      } else if (!this.#nextGroup()) return true;
    }
    return false;
  }

  #nextGroup(): boolean {
    const { range } = this.state;
    if (++this.#group > range.end - range.start) return false;
    this.#inMemory.clear();
    this.#view = 0;
    const { index } = this.state;
    const keyGroup = range.start + this.#group;
    this.#entries = this.#store.range(groupStart(index, keyGroup), groupStart(index, keyGroup + 1));
    return true;
  }

  #addRecord(): boolean {
    const view = this.#views[this.#view - 1];
    const { arena } = view;
    const record = this.#record;
    if (arena.isDirty(record) && view.isLive(record)) {
      if (arena.word(record, VALUE_LENGTH) >= 0 && !this.add(arena, record, this.state.range.start + this.#group)) return false;
      this.#inMemory.add(keyText(arena.segment.u8, arena.keyAt(record), arena.word(record, KEY_LENGTH)));
    }
    this.#record = arena.word(record, NEXT);
    return true;
  }

  #addStored(entries: Iterator<{ readonly key: Uint8Array; readonly value: Uint8Array }>): boolean {
    let entry = this.#waiting;
    if (entry === undefined) {
      const next = entries.next();
      if (next.done === true) {
        this.#entries = undefined;
        return true;
      }
      entry = next.value;
    }
    this.#waiting = undefined;
    const { hash, key, value } = storedEntry(entry.key, entry.value);
    if (this.#inMemory.size > 0 && this.#inMemory.has(keyText(key, 0, key.length))) return true;
    if (!this.writer.hasRoom(key.length, value.length)) {
      this.#waiting = entry;
      return false;
    }
    this.writer.add(this.state.range.start + this.#group, hash, key, 0, key.length, value, 0, value.length);
    return true;
  }
}

/** Of one state, what changed and left memory since: pieces that the store keeps, finished sections. */
export class RunSection implements SnapshotSection {
  readonly kind = 'keyed-changes';
  readonly name: string;
  readonly schema: StateSchema;
  readonly count: number;
  readonly #run: StoredRun;
  readonly #part: StoredRun['parts'][number];
  readonly #get: (key: Uint8Array) => Uint8Array | undefined;
  #next = 0;

  constructor(run: StoredRun, part: StoredRun['parts'][number], get: (key: Uint8Array) => Uint8Array | undefined) {
    this.name = part.state.name;
    this.schema = { state: 'value', type: part.state.schema };
    this.count = part.count;
    this.#run = run;
    this.#part = part;
    this.#get = get;
  }

  nextChunk(): Uint8Array | null {
    const { first, pieces } = this.#part;
    if (this.#next === pieces) return null;
    const chunk = this.#get(runKey(this.#run.id, first + this.#next++));
    if (chunk === undefined) throw new StateError(`state ${this.name}: changes that a checkpoint was to hold have been given up meanwhile`);
    // The store's memory is the next read's, and the writer may wait before it has copied.
    return chunk.slice();
  }
}

export interface StoredRun {
  readonly id: number;
  /** The last epoch that it has changes of. */
  readonly until: number;
  readonly bytes: number;
  readonly pieces: number;
  readonly parts: readonly { readonly state: DiskState; readonly first: number; readonly pieces: number; readonly count: number }[];
}

function keyText(bytes: Uint8Array, position: number, length: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + position, length).toString('latin1');
}
