import type { Key } from '../api/functions.js';
import { CorruptCheckpointError } from '../common/errors.js';
import { keyHash } from '../graph/java-hash.js';
import { ChangeEntries } from './disk/changes-reader.js';
import { decodeKey } from './key-codec.js';
import { BlockEntries } from './keyed-block-entries.js';
import { KeyedSectionReader } from './keyed-section-reader.js';
import { isKeyed } from './keyed-state-checks.js';
import type { RestoredSection } from './state-backend.js';

export interface KeyedEntry {
  readonly keyGroup: number;
  readonly key: Key;
  readonly value: unknown;
  /** Of a section of changes: the key has no value any more. */
  readonly removed?: true;
}

/** Every entry of a section of keyed state, for people to look at. Throws `CorruptCheckpointError`, with the section's name as path. */
export async function* readKeyedSection(section: RestoredSection): AsyncGenerator<KeyedEntry, void, undefined> {
  if (!isKeyed(section.kind) || section.schema === null)
    throw new CorruptCheckpointError(section.name, 'it is not a section of keyed state');
  const reader = new KeyedSectionReader(section.name, () => true);
  const changes = section.kind === 'keyed-changes' ? new ChangeEntries(section.name, section.schema.type) : undefined;
  const entries = changes ?? new BlockEntries(section.name, section.schema.type);
  for await (const chunk of section.chunks()) {
    for (const block of reader.push(chunk)) {
      entries.start(block);
      while (entries.next()) {
        let key: Key;
        try {
          key = decodeKey(entries.keySegment, entries.keyPosition, entries.keyLength);
        } catch (error) {
          throw new CorruptCheckpointError(section.name, `a key cannot be read: ${(error as Error).message}`);
        }
        if (!isHashOf(key, entries.hash) || entries.hash % reader.maxParallelism !== block.keyGroup) {
          throw new CorruptCheckpointError(section.name, `key ${String(key)} is stored under another key's hash or key group`);
        }
        if (changes?.removed === true) yield { keyGroup: block.keyGroup, key, value: undefined, removed: true };
        else yield { keyGroup: block.keyGroup, key, value: entries.value() };
      }
    }
  }
  reader.finish();
}

/** A damaged key may be one that cannot be hashed at all: NaN. */
function isHashOf(key: Key, hash: number): boolean {
  return !Number.isNaN(key) && keyHash(key) === hash;
}
