// node packages/runtime/bench/state.bench.mjs   (after `tsc -b`): ValueState read + update, million a second, as one subtask with all key groups.
import { ValueStateDescriptor } from '../dist/api/state.js';
import { int32 } from '../dist/api/types.js';
import { keyHash } from '../dist/graph/java-hash.js';
import { MemorySegment } from '../dist/memory/memory-segment.js';
import { HashMapKeyedStateBackend } from '../dist/state/hashmap-keyed-state-backend.js';
import { encodedKeySize, encodeKey } from '../dist/state/key-codec.js';
import { KeyContext } from '../dist/state/key-context.js';

const RECORDS = 1 << 20;
for (const keys of [1_000, 100_000, 1_000_000]) {
  const keyContext = new KeyContext();
  const backend = new HashMapKeyedStateBackend({
    operatorUid: 'bench',
    keyContext,
    maxParallelism: 128,
    keyGroupRange: { start: 0, end: 127 },
  });
  const count = backend.getValueState(new ValueStateDescriptor('count', int32(), 0));
  // Records in memory as a channel would bring them: 16 bytes of key, random order, a ring's worth at a time.
  const names = Array.from({ length: keys }, (_, i) => `user${i}`);
  const segment = MemorySegment.allocate(RECORDS * 16);
  const lengths = new Uint8Array(RECORDS);
  const hashes = new Int32Array(RECORDS);
  let seed = 1;
  for (let i = 0; i < RECORDS; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const name = names[Math.floor((seed / 2 ** 32) * keys)];
    encodeKey(name, segment, i * 16);
    lengths[i] = encodedKeySize(name);
    hashes[i] = keyHash(name);
  }
  const round = () => {
    const start = performance.now();
    for (let i = 0; i < RECORDS; i++) {
      keyContext.set(segment, i * 16, lengths[i], hashes[i]);
      count.update(count.value() + 1);
    }
    return RECORDS / (performance.now() - start) / 1000;
  };
  const rounds = Array.from({ length: 15 }, round)
    .slice(5)
    .sort((a, b) => a - b);

  const stalls = [];
  let bytes = 0;
  for (let n = 0; n < 3; n++) {
    const start = performance.now();
    const snapshot = backend.snapshot();
    const synchronous = performance.now() - start;
    const during = round();
    const writing = performance.now();
    bytes = 0;
    let longest = 0;
    for (;;) {
      const before = performance.now();
      const chunk = snapshot.sections[0].nextChunk();
      longest = Math.max(longest, performance.now() - before);
      if (chunk === null) break;
      bytes += chunk.length;
    }
    stalls.push(
      `sync ${synchronous.toFixed(3)} ms, all tables copied: ${during.toFixed(1)} M/s, written in ${(performance.now() - writing).toFixed(1)} ms, longest chunk ${longest.toFixed(2)} ms`,
    );
    snapshot.release();
  }
  console.log(
    `${keys} keys: median ${rounds[5].toFixed(1)} M/s, best ${rounds[9].toFixed(1)}; ${(backend.memoryUsed / 2 ** 20).toFixed(0)} MiB, snapshot ${(bytes / 2 ** 20).toFixed(1)} MiB\n  ${stalls.join('\n  ')}`,
  );
  backend.dispose();
}
