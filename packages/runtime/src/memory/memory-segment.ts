// Data plane: no allocation per record.

/**
 * One stretch of memory under the views that reading and writing it fast needs.
 *
 * Offsets are bytes from the start of the segment. `i32`, `u32` and `f64` need offsets that are multiples of 4 and 8
 * (index = offset >> 2, offset >> 3); `view` takes any offset, little endian is ours by convention.
 */
export class MemorySegment {
  readonly size: number;
  readonly u8: Uint8Array;
  readonly i32: Int32Array;
  readonly f64: Float64Array;
  readonly view: DataView;
  /** Node's own view, for latin1Slice and its kin. */
  readonly buffer: Buffer;

  /** `byteOffset` must be a multiple of 8, `size` too. */
  constructor(memory: ArrayBuffer | SharedArrayBuffer, byteOffset = 0, size = memory.byteLength - byteOffset) {
    this.size = size;
    this.u8 = new Uint8Array(memory, byteOffset, size);
    this.i32 = new Int32Array(memory, byteOffset, size >> 2);
    this.f64 = new Float64Array(memory, byteOffset, size >> 3);
    this.view = new DataView(memory, byteOffset, size);
    this.buffer = Buffer.from(memory as ArrayBuffer, byteOffset, size);
  }

  static allocate(size: number): MemorySegment {
    return new MemorySegment(new ArrayBuffer((size + 7) & ~7));
  }
}
