import { CorruptCheckpointError } from '../common/errors.js';
import { ChangeEntries } from './disk/changes-reader.js';
import { WHOLE } from './disk/changes-writer.js';
import { BlockEntries } from './keyed-block-entries.js';
import { KeyedSectionReader } from './keyed-section-reader.js';
import { checkMaxParallelism, checkValueState } from './keyed-state-checks.js';
import type { KeyedStateBackendOptions, RestoredSection } from './state-backend.js';

/** A state of the current key. */
export interface RestoreTarget {
  has(): boolean;
  put(value: unknown): void;
  remove(): void;
}

export interface KeyedRestore extends KeyedStateBackendOptions {
  readonly stateOf: (name: string, schema: NonNullable<RestoredSection['schema']>['type']) => RestoreTarget;
  /** Between two chunks. */
  readonly turn?: () => Promise<void>;
}

/** Applies a section, of whichever backend, key by key: those whose key group is in range. */
export async function restoreKeyedSection(section: RestoredSection, options: KeyedRestore): Promise<void> {
  const { name } = section;
  const { keyContext, keyGroupRange, maxParallelism } = options;
  const { type } = checkValueState(options.operatorUid, section);
  const target = options.stateOf(name, type);
  const reader = new KeyedSectionReader(name, (keyGroup) => keyGroup >= keyGroupRange.start && keyGroup <= keyGroupRange.end);
  const changes = section.kind === 'keyed-changes' ? new ChangeEntries(name, type) : undefined;
  const entries = changes ?? new BlockEntries(name, type);
  const { segment, position, length, hash: current } = keyContext;
  try {
    for await (const chunk of section.chunks()) {
      for (const block of reader.push(chunk)) {
        checkMaxParallelism(options, name, reader.maxParallelism);
        entries.start(block);
        while (entries.next()) {
          const { hash, keyPosition, keyLength, keySegment } = entries;
          if (hash < 0 || hash % maxParallelism !== block.keyGroup) {
            throw new CorruptCheckpointError(name, `a key of another key group stands under key group ${block.keyGroup}`);
          }
          keyContext.set(keySegment, keyPosition, keyLength, hash);
          if ((changes === undefined || reader.flags === WHOLE) && target.has()) {
            throw new CorruptCheckpointError(name, `a key of key group ${block.keyGroup} stands in it twice`);
          }
          if (changes?.removed === true) target.remove();
          else target.put(entries.value());
        }
      }
      await options.turn?.();
    }
    reader.finish();
    checkMaxParallelism(options, name, reader.maxParallelism);
  } finally {
    keyContext.set(segment, position, length, current);
  }
}
