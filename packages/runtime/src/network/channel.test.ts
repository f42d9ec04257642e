import { describe, expect, it } from 'vitest';
import { ChannelReader, type EntryHandler } from './channel-reader.js';
import { ChannelWriter } from './channel-writer.js';
import { Doorbell } from './doorbell.js';
import { EntryKind, ringBytes, SEGMENT_SIZE } from './ring-layout.js';

function channel() {
  const memory = new SharedArrayBuffer(ringBytes(4));
  const backpressure = { blocked: false };
  return {
    writer: new ChannelWriter(memory, new Doorbell(), backpressure),
    reader: new ChannelReader(0, memory, new Doorbell()),
    backpressure,
  };
}

function collecting() {
  const hashes: number[] = [];
  const handler: EntryHandler = {
    onRecord: (_channel, _segment, _payload, hash) => hashes.push(hash),
    onBarrier: () => {},
    onLatencyMarker: () => {},
    onEndOfData: () => {},
  };
  return { hashes, handler };
}

describe('positions of 32 bits', () => {
  it('wrap around: a channel goes on after 2 and after 4 GiB', () => {
    const { writer, reader, backpressure } = channel();
    const { hashes, handler } = collecting();
    // Not a divisor of the segment, so that paddings are written too.
    const size = SEGMENT_SIZE / 2 + 8;
    const count = Math.ceil((2 ** 32 * 1.01) / SEGMENT_SIZE);
    let next = 0;
    let read = 0;
    for (let n = 0; n < count; n++) {
      const offset = writer.reserve(size);
      writer.finish(EntryKind.RECORD, n, offset, offset + size);
      writer.flush();
      reader.poll();
      for (let step = 0; reader.readable; step++) {
        expect(step).toBeLessThan(4);
        reader.read(handler, backpressure);
      }
      for (const hash of hashes.splice(0)) {
        if (hash !== next++) throw new Error(`record ${hash} where ${next - 1} was due`);
        read++;
      }
    }
    expect(read).toBe(count);
    expect(reader.bytesRead).toBeGreaterThan(2 ** 32);
  });
});
