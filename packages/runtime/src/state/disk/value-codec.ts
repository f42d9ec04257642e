// Data plane: no allocation but the values that are read.
import type { TypeSchema } from '../../api/types.js';
import { MemorySegment } from '../../memory/memory-segment.js';
import { type CheckingSerializer, serializerFor } from '../../memory/serializers.js';
import { type ValueKind, valueKindOf } from '../keyed-section-format.js';

/** Values as bytes: int32 in 4, int64 and float64 as f64, boolean as a byte, all else by its serializer. These bytes stand in checkpoints. */
export class ValueCodec {
  readonly kind: ValueKind;
  readonly serializer: CheckingSerializer<unknown>;
  /** What `encode` wrote. */
  encoded = MemorySegment.allocate(64);

  constructor(schema: TypeSchema) {
    this.kind = valueKindOf(schema);
    this.serializer = serializerFor(schema);
  }

  /** Checks the value; returns the number of bytes. */
  encode(value: unknown): number {
    const { kind, serializer } = this;
    if (kind === 'object') {
      serializer.check(value);
      const most = serializer.maxSize(value);
      if (most > this.encoded.size) this.encoded = MemorySegment.allocate(most * 2);
      return serializer.write(value, this.encoded, 0);
    }
    const { view } = this.encoded;
    if (kind === 'boolean') {
      if (typeof value !== 'boolean') serializer.check(value);
      view.setUint8(0, value === true ? 1 : 0);
      return 1;
    }
    const number = value as number;
    if (kind === 'int32') {
      if (typeof number !== 'number' || (number | 0) !== number) serializer.check(number);
      view.setInt32(0, number, true);
      return 4;
    }
    if (typeof number !== 'number' || (kind === 'int64' && !Number.isSafeInteger(number))) serializer.check(number);
    // + 0: an integer has no −0.
    view.setFloat64(0, kind === 'int64' ? number + 0 : number, true);
    return 8;
  }

  /** `position` is a multiple of 8. */
  decode(segment: MemorySegment, position: number): unknown {
    switch (this.kind) {
      case 'int32':
        return segment.view.getInt32(position, true);
      case 'int64':
      case 'float64':
        return segment.view.getFloat64(position, true);
      case 'boolean':
        return segment.u8[position] !== 0;
      case 'object':
        return this.serializer.read(segment, position);
    }
  }
}
