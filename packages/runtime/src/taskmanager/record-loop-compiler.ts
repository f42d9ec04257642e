// Data plane: makes the loop that a task's input goes through; nothing is allocated in it but records where they are not reused.

import { compileApart } from '../memory/compile-apart.js';
import type { MemorySegment } from '../memory/memory-segment.js';
import { RECORD_VIEW, viewSource } from '../memory/record-view.js';
import type { SerializerSource } from '../memory/serializer-compiler.js';
import { freeNamesOf } from '../memory/serializers.js';
import type { Backpressure } from '../network/channel-reader.js';
import { ENTRY_HEADER_SIZE, KEY_LENGTH_SIZE } from '../network/ring-layout.js';
import type { KeyContext } from '../state/key-context.js';
import type { SlicePace } from './slice-pace.js';

export interface RecordLoopOptions {
  /** Kind of entries that the loop takes; at others it stops. */
  readonly kind: number;
  /** Whether the key stands before the record. */
  readonly keyed: boolean;
  /** How the record is read; where it is without its key, that is a given field. */
  readonly source: SerializerSource;
  /** One view for all records, rather than a fresh object for each. */
  readonly objectReuse: boolean;
  readonly next: (value: unknown) => void;
  readonly keyContext: KeyContext;
  readonly backpressure: Backpressure;
  readonly pace: SlicePace;
  /** Told the hashes of up to 64 records before the first of them is processed. */
  readonly touch: ((hashes: Int32Array, count: number) => void) | undefined;
}

/** Processes entries from `from` on; returns where it stopped: at another kind of entry, at `to`, at a look at the clock or where outputs ran full. */
export type RecordLoop = (segment: MemorySegment, from: number, to: number) => number;

const AHEAD = 64;
/** Of the record, from the entry's begin. */
const recordAt = `(${ENTRY_HEADER_SIZE + KEY_LENGTH_SIZE + 7} + keySize & ~7)`;

/**
 * The loop of one input: key context, record and operator chain with no call that others share, so that V8 compiles them to one piece of code. `StreamTask.onRecord`
 * is the definition of what it does for a record.
 */
export function compileRecordLoop(options: RecordLoopOptions): RecordLoop {
  const { kind, keyed, source, objectReuse, touch } = options;
  const record = objectReuse && source.accessors.length > 0;
  const setKey = `const keySize = i32[(at >> 2) + 2];
        keyContext.set(segment, at + ${ENTRY_HEADER_SIZE + KEY_LENGTH_SIZE}, keySize, i32[(at >> 2) + 1]);
        const recordPosition = at + ${recordAt};`;
  const gather = `let count = 0;
      for (let ahead = from; ahead < to && count < ${AHEAD}; count++) {
        const word = i32[ahead >> 2];
        if (word >>> 24 !== ${kind}) break;
        hashes[count] = i32[(ahead >> 2) + 1];
        ahead += word & 0xffffff;
      }
      touch(hashes, count);`;
  const code = `'use strict';
    const hashes = new Int32Array(${AHEAD});
    let source, position = 0;
    const key = () => keyContext.key;
    const read = ${source.read};
    const view = ${record ? viewSource(source) : 'undefined'};
    return (segment, from, to) => {
      const { i32 } = segment;
      const budget = pace.nextLook - pace.recordsIn;
      let at = from, records = 0;
      source = segment;
      ${keyed && touch !== undefined ? gather : ''}
      while (at < to) {
        const word = i32[at >> 2];
        if (word >>> 24 !== ${kind}) break;
        ${keyed ? setKey : `const recordPosition = at + ${ENTRY_HEADER_SIZE};`}
        position = recordPosition;
        at += word & 0xffffff;
        records++;
        next(${record ? 'view' : `read(segment, recordPosition, ${keyed ? 'keyContext.key' : 'undefined'})`});
        if (records === budget || backpressure.blocked) break;
      }
      pace.recordsIn += records;
      if (records === budget) pace.look();
      return at;
    };`;
  const { next, keyContext, backpressure, pace } = options;
  return compileApart(code, { ...freeNamesOf(source), RECORD_VIEW, next, keyContext, backpressure, pace, touch }) as RecordLoop;
}
