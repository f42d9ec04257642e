import { randomBytes } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import type { Key } from '../../src/api/functions.js';
import { keyHash } from '../../src/graph/java-hash.js';
import type { KeyGroupRange } from '../../src/graph/key-groups.js';
import { MemorySegment } from '../../src/memory/memory-segment.js';
import { DiskKeyedStateBackend, type DiskKeyedStateBackendOptions } from '../../src/state/disk/disk-keyed-state-backend.js';
import { HashMapKeyedStateBackend } from '../../src/state/hashmap-keyed-state-backend.js';
import { encodedKeySize, encodeKey } from '../../src/state/key-codec.js';
import { KeyContext } from '../../src/state/key-context.js';
import { readKeyedSection } from '../../src/state/keyed-section.js';
import type {
  KeyedStateBackend,
  KeyedStateBackendOptions,
  RestoredSection,
  SnapshotRequest,
  SnapshotSection,
  StateSnapshot,
} from '../../src/state/state-backend.js';
import { openLmdbKeyedStore } from '../../src/threads/lmdb-keyed-store.js';

let keysSet = 0;

/** Makes a key the current one as the runtime does, from bytes at some position of a buffer: by turns an aligned one, as channels have, and another. */
export function setKey(context: KeyContext, key: Key, position = 3 + (keysSet++ & 1)): void {
  const size = encodedKeySize(key);
  const segment = MemorySegment.allocate(position + size);
  encodeKey(key, segment, position);
  context.set(segment, position, size, keyHash(key));
}

export type BackendKind = 'hashmap' | 'disk';

/** Each with a bound on memory that these tests go beyond. */
const ARENA_BYTES = 4_096;
/** A test has no more at a time. */
const MOST_OPEN = 40;
const open: DiskKeyedStateBackend[] = [];
let present: BackendKind = 'hashmap';

/** For the tests of the suite that calls it: which backend `backendOver` gives. */
export function useBackend(kind: BackendKind): void {
  beforeAll(() => {
    present = kind;
  });
  afterAll(() => {
    present = 'hashmap';
    for (const backend of open.splice(0)) backend.dispose();
  });
}

/** Snapshots are savepoints unless told: whole. */
class WholeDiskBackend extends DiskKeyedStateBackend {
  override snapshot(request: SnapshotRequest = { checkpointId: 1, savepoint: true }): StateSnapshot {
    return super.snapshot(request);
  }
}

export function backendOver(
  maxParallelism: number,
  keyGroupRange: KeyGroupRange = { start: 0, end: maxParallelism - 1 },
): { readonly backend: KeyedStateBackend & { snapshot(request?: SnapshotRequest): StateSnapshot }; readonly context: KeyContext } {
  const context = new KeyContext();
  const options = { operatorUid: 'count', keyContext: context, maxParallelism, keyGroupRange };
  if (present === 'hashmap') return { backend: new HashMapKeyedStateBackend(options), context };
  return { backend: diskBackend(options), context };
}

export function diskBackend(options: KeyedStateBackendOptions, more: Partial<DiskKeyedStateBackendOptions> = {}): WholeDiskBackend {
  if (open.length === MOST_OPEN) open.shift()?.dispose();
  const directory = join(tmpdir(), `weir-state-${process.pid}-${randomBytes(8).toString('hex')}`);
  const backend = new WholeDiskBackend({
    ...options,
    store: openLmdbKeyedStore(directory),
    waitFor: () => {},
    arenaBytes: ARENA_BYTES,
    ...more,
  });
  open.push(backend);
  return backend;
}

/** What a checkpoint would give back, in chunks cut at the given size. */
export function restored(section: SnapshotSection, cutAt = Number.POSITIVE_INFINITY): RestoredSection {
  return restoredFrom(section, bytesOf(section), cutAt);
}

export function restoredFrom(
  section: Pick<SnapshotSection, 'name' | 'kind' | 'schema'>,
  bytes: Uint8Array,
  cutAt = Number.POSITIVE_INFINITY,
): RestoredSection {
  const { name, kind, schema } = section;
  return {
    name,
    kind,
    schema,
    async *chunks() {
      for (let at = 0; at < bytes.length; at += cutAt) yield bytes.slice(at, at + cutAt);
    },
  };
}

export function bytesOf(section: SnapshotSection): Uint8Array {
  const chunks: Uint8Array[] = [];
  for (let chunk = section.nextChunk(); chunk !== null; chunk = section.nextChunk()) chunks.push(chunk.slice());
  return Buffer.concat(chunks);
}

/** Throws if a key stands in it twice. */
export async function entriesOf(section: RestoredSection): Promise<Map<Key, unknown>> {
  const entries = new Map<Key, unknown>();
  for await (const { key, value } of readKeyedSection(section)) {
    if (entries.has(key)) throw new Error(`key ${String(key)} stands in section ${section.name} twice`);
    entries.set(key, value);
  }
  return entries;
}
