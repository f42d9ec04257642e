import { ArenaView, ChangesSection, type StoredRun } from './disk-sections.js';
import type { DiskState } from './disk-state.js';
import type { KeyedStore } from './keyed-store.js';
import { HASH, KEY_LENGTH, NEXT, type RecordArena, SUPERSEDED, VALUE_LENGTH } from './record-arena.js';
import { longStored, runKey, type StoreKeys } from './store-keys.js';

/** Entries handed to the store between two turns of the task's thread: about a millisecond. */
const STEP = 1_000;

export interface WriteOut {
  /** Not changed any more. */
  readonly arena: RecordArena;
  readonly states: readonly DiskState[];
  readonly store: KeyedStore;
  readonly keys: StoreKeys;
  /** The last epoch that a completed checkpoint has. */
  readonly since: number;
  readonly until: number;
  /** Number of the run. */
  readonly run: number;
  readonly turn: () => Promise<void>;
}

/**
 * Brings an arena's changes into the store, and those that no completed checkpoint has a second time, as the sections that the next checkpoint needs. Resolves
 * once the store has it all.
 */
export async function writeOut(work: WriteOut): Promise<StoredRun | undefined> {
  const { store, turn } = work;
  let left = STEP;
  for (const state of work.states) {
    const heads = work.arena.heads[state.index];
    if (heads === undefined) continue;
    for (let group = 0; group < heads.length; group++) {
      for (let record = heads[group]; record !== 0; record = work.arena.word(record, NEXT)) {
        if (!work.arena.isDirty(record) || work.arena.word(record, SUPERSEDED) !== 0) continue;
        putRecord(work, state, state.range.start + group, record);
        if (--left > 0) continue;
        left = STEP;
        await turn();
      }
    }
  }
  const run = await keepChanges(work);
  await store.written();
  return run;
}

function putRecord({ arena, store, keys }: WriteOut, state: DiskState, keyGroup: number, record: number): void {
  const { u8 } = arena.segment;
  const keyAt = arena.keyAt(record);
  const keyLength = arena.word(record, KEY_LENGTH);
  const valueLength = arena.word(record, VALUE_LENGTH);
  const key = keys.of(state.index, keyGroup, u8, keyAt, keyLength);
  if (valueLength < 0) {
    store.remove(key);
    return;
  }
  const valueAt = arena.valueAt(record);
  if (keys.isLong(keyLength)) {
    const value = longStored(arena.word(record, HASH), u8.subarray(keyAt, keyAt + keyLength), u8.subarray(valueAt, valueAt + valueLength));
    store.put(key, value);
    // The hash stands before the value.
  } else store.put(key, u8.subarray(valueAt - 4, valueAt + valueLength));
}

async function keepChanges({ arena, states, store, since, until, run, turn }: WriteOut): Promise<StoredRun | undefined> {
  const view = new ArenaView(arena, until);
  const parts: StoredRun['parts'][number][] = [];
  let pieces = 0;
  let bytes = 0;
  for (const state of states) {
    if (!view.hasChanges(state.index, since)) continue;
    const section = new ChangesSection(state, view, since);
    const first = pieces;
    for (let chunk = section.nextChunk(); chunk !== null; chunk = section.nextChunk()) {
      if (chunk.length === 0) continue;
      store.put(runKey(run, pieces++), chunk.slice());
      bytes += chunk.length;
      await turn();
    }
    parts.push({ state, first, pieces: pieces - first, count: section.count });
  }
  return parts.length === 0 ? undefined : { id: run, until, bytes, pieces, parts };
}

export function giveUpRun({ id, pieces }: StoredRun, store: KeyedStore): void {
  for (let piece = 0; piece < pieces; piece++) store.remove(runKey(id, piece));
}
