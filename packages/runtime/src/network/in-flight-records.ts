import { ENTRY_HEADER_SIZE, EntryKind, isRecord } from './ring-layout.js';

/** One record as it lay in a channel: its entries (fragments, if it is long, and the last one), and the hash of its key. */
export interface InFlightRecord {
  readonly hash: number;
  readonly entries: Uint8Array;
}

/**
 * The records in a channel's in-flight data. Events are left out: barriers are of checkpoints given up before, and the restored tasks say anew
 * that their data has ended. Throws a `RangeError` if the bytes are not whole records.
 */
export function* recordsIn(bytes: Uint8Array): Generator<InFlightRecord> {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = 0;
  let from: number | undefined;
  let parts: Uint8Array[] = [];
  while (at < bytes.length) {
    if (at + ENTRY_HEADER_SIZE > bytes.length) throw new RangeError('an entry is cut off');
    const word = words.getInt32(at, true);
    const kind = word >>> 24;
    const length = word & 0xff_ff_ff;
    if (length < ENTRY_HEADER_SIZE || at + length > bytes.length) throw new RangeError('an entry is cut off');
    if (kind === EntryKind.FRAGMENT) {
      from ??= at;
      parts.push(bytes.subarray(at, at + length));
    } else if (isRecord(kind)) {
      parts.push(bytes.subarray(at, at + length));
      yield { hash: words.getInt32(at + 4, true), entries: parts.length === 1 ? (parts[0] as Uint8Array) : Buffer.concat(parts) };
      from = undefined;
      parts = [];
    }
    at += length;
  }
  if (from !== undefined) throw new RangeError('a record is cut off');
}

/** How many records end in it; `bytes` are whole entries. */
export function countRecords(bytes: Uint8Array): number {
  const words = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let count = 0;
  for (let at = 0; at < bytes.length; ) {
    const word = words.getInt32(at, true);
    if (isRecord(word >>> 24)) count++;
    at += word & 0xff_ff_ff;
  }
  return count;
}
