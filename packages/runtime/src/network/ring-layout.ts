// Data plane.

/**
 * A channel is one ring in shared memory, written by one task and read by one task: 256 bytes of header, then segments of 32 KiB (Flink's buffers).
 *
 * Positions count bytes since the channel was made, as an int32 that wraps (V8 keeps an uint32 as a double); the place in the ring is position modulo its size,
 * a power of two.
 * Entries are multiples of 8 bytes and never cross the end of a segment:
 *
 *     word 0   kind << 24 | length in bytes, these 8 included
 *     word 1   hash of the key for a record on a keyed exchange, else 0
 *     …        payload; of a record on a keyed exchange: length of the encoded key, the key, the record at the next multiple of 8
 *
 * A record that does not fit in a segment travels as FRAGMENT entries closed by a RECORD or KEYED_RECORD entry. Each header word below has a cache line of its own,
 * so that the writer's and the reader's do not fight over one.
 */
const SEGMENT_BITS = 15;
export const SEGMENT_SIZE = 1 << SEGMENT_BITS;
export const RING_HEADER_SIZE = 256;

/** Index of an i32 in the header. */
export const RingWord = {
  /** Writer: everything before this position can be read. */
  COMMITTED: 0,
  /** Reader: everything before this position may be overwritten. */
  READ: 16,
  /** Writer: 1 while it waits for room and wants to be woken. */
  WRITER_WAITS: 32,
  /**
   * Writer: grows by one before and by one after the words below are written, for each barrier announced ahead of the data (unaligned checkpoints):
   * odd, or changed meanwhile, they must not be trusted.
   */
  BARRIER_COUNT: 48,
  BARRIER_POSITION: 49,
  BARRIER_CHECKPOINT: 50,
} as const;

/** Index of the f64 that holds the announced barrier's trigger time. */
export const BARRIER_TIMESTAMP_F64 = 26;

export const EntryKind = {
  /** Rest of a segment, to be skipped. */
  PAD: 1,
  RECORD: 2,
  FRAGMENT: 3,
  /** Payload: checkpoint id, trigger time (both f64), type (i32). */
  BARRIER: 4,
  /** Payload: time of emission (f64), source subtask (i32). */
  LATENCY_MARKER: 5,
  /** The writer's input has ended; barriers may still follow. */
  END_OF_DATA: 6,
  /** A record keyed by one of its fields: the payload is that of a keyed RECORD, but the record is without the field, which is the key. */
  KEYED_RECORD: 7,
} as const;

export const ENTRY_HEADER_SIZE = 8;

/** Whether an entry of this kind ends a record. */
export const isRecord = (kind: number): boolean => kind === EntryKind.RECORD || kind === EntryKind.KEYED_RECORD;

/** On a keyed exchange: bytes before the encoded key, its length. */
export const KEY_LENGTH_SIZE = 4;

export function ringBytes(segments: number): number {
  return RING_HEADER_SIZE + segments * SEGMENT_SIZE;
}

export const align8 = (size: number): number => (size + 7) & ~7;
