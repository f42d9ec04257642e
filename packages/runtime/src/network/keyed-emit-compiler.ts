// Data plane: makes the code that a record goes through; no allocation in that code.
import { murmurHash } from '../graph/java-hash.js';
import { compileApart } from '../memory/compile-apart.js';
import type { KeyedRecordType } from '../memory/keyed-record.js';
import { freeNamesOf } from '../memory/serializers.js';
import { TAG_LATIN1 } from '../state/key-codec.js';
import type { ChannelWriter } from './channel-writer.js';
import { align8, ENTRY_HEADER_SIZE, EntryKind, KEY_LENGTH_SIZE } from './ring-layout.js';

export interface KeyedEmitOptions {
  readonly type: KeyedRecordType;
  readonly channels: readonly ChannelWriter[];
  /** The channel of each key group. */
  readonly channelOfGroup: Uint16Array;
  readonly counter: { recordsOut: number };
  /** Writes any record, or says what is wrong with it; does not count it. What the compiled code writes is what this would write. */
  readonly general: (value: unknown) => void;
}

/** Longer keys go the general way. */
const LONGEST_KEY = 63;

/**
 * `emit` of one keyed exchange: straight-line code, for records keyed by a string field. Java's hash, the width and the bytes of the key are made in one pass; the bytes
 * go by way of `words`, as the channel is known only when the hash is. Records that are not of the common form (a wide or long key, no room, a wrong type) go to
 * `general`. Undefined where there is nothing to gain.
 */
export function compileKeyedEmit({
  type,
  channels,
  channelOfGroup,
  counter,
  general,
}: KeyedEmitOptions): ((value: unknown) => void) | undefined {
  if (type.keyKind !== 'string') return undefined;
  const prefix = ENTRY_HEADER_SIZE + KEY_LENGTH_SIZE + 1;
  const code = `'use strict';
    const maxSize = ${type.source.maxSize};
    const write = ${type.source.write};
    const words = new Int32Array(${align8(prefix + LONGEST_KEY) >> 2});
    return (value) => {
      counter.recordsOut++;
      if (typeof value !== 'object' || value === null) return general(value);
      const key = value[${JSON.stringify(type.keyField)}];
      if (typeof key !== 'string') return general(value);
      const length = key.length;
      if (length > ${LONGEST_KEY}) return general(value);
      let hash = 0, all = 0, i = 0, count = 1;
      if (length >= 3) {
        const a = key.charCodeAt(0), b = key.charCodeAt(1), c = key.charCodeAt(2);
        hash = Math.imul(a, 961) + Math.imul(b, 31) + c | 0;
        all = a | b | c;
        words[0] = ${TAG_LATIN1} | a << 8 | b << 16 | c << 24;
        for (i = 3; i + 4 <= length; i += 4) {
          const a = key.charCodeAt(i), b = key.charCodeAt(i + 1), c = key.charCodeAt(i + 2), d = key.charCodeAt(i + 3);
          hash = Math.imul(hash, 923521) + Math.imul(a, 29791) + Math.imul(b, 961) + Math.imul(c, 31) + d | 0;
          all |= a | b | c | d;
          words[count++] = a | b << 8 | c << 16 | d << 24;
        }
      }
      if (i < length || i === 0) {
        let shift = 0, word = 0;
        if (i === 0) { word = ${TAG_LATIN1}; shift = 8; count = 0; }
        for (; i < length; i++, shift += 8) {
          const unit = key.charCodeAt(i);
          hash = Math.imul(hash, 31) + unit | 0;
          all |= unit;
          word |= unit << shift;
        }
        words[count++] = word;
      }
      if (all > 0xff) return general(value);
      hash = murmurHash(hash);
      const channel = channels[channelOfGroup[hash % ${channelOfGroup.length}]];
      const recordAt = ${prefix + 7} + length & ~7;
      const offset = channel.reserve(recordAt + maxSize(value) + 7 & ~7);
      if (offset < 0) return general(value);
      const data = channel.data;
      const { i32 } = data;
      const at = offset >> 2;
      i32[(offset + recordAt >> 2) - 1] = 0;
      i32[at + 2] = length + 1;
      for (let w = 0; w < count; w++) i32[at + 3 + w] = words[w];
      channel.finish(${EntryKind.KEYED_RECORD}, hash, offset, write(value, data, offset + recordAt));
    };`;
  const free = { ...freeNamesOf(type.source), channels, channelOfGroup, counter, general, murmurHash };
  return compileApart(code, free) as (value: unknown) => void;
}
