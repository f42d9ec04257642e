// node packages/runtime/bench/state.bench.mjs [DIST]   (after `tsc -b`)
// ValueState read + update as one subtask with all key groups: million a second record by record, and with the entries of 64 records touched ahead;
// memory, snapshot and restore of it. DIST: another build of the runtime, to compare with.
import { resolve } from 'node:path';

const dist = process.argv[2] === undefined ? new URL('../dist/', import.meta.url).href : `file://${resolve(process.argv[2])}/`;
const load = (path) => import(new URL(path, dist).href);
const { ValueStateDescriptor } = await load('api/state.js');
const { int32, record, string } = await load('api/types.js');
const { keyHash } = await load('graph/java-hash.js');
const { MemorySegment } = await load('memory/memory-segment.js');
const { HashMapKeyedStateBackend } = await load('state/hashmap-keyed-state-backend.js');
const { encodedKeySize, encodeKey } = await load('state/key-codec.js');
const { KeyContext } = await load('state/key-context.js');

const RECORDS = 1 << 20;
const BATCH = 64;

function backendWith(type, defaultValue) {
  const keyContext = new KeyContext();
  const keyGroupRange = { start: 0, end: 127 };
  const backend = new HashMapKeyedStateBackend({ operatorUid: 'bench', keyContext, maxParallelism: 128, keyGroupRange });
  return { backend, keyContext, state: backend.getValueState(new ValueStateDescriptor('count', type, defaultValue)) };
}

/** Records in memory as a channel would bring them: 16 bytes of key, random order. */
function recordsOf(keys) {
  const segment = MemorySegment.allocate(RECORDS * 16);
  const lengths = new Uint8Array(RECORDS);
  const hashes = new Int32Array(RECORDS);
  let seed = 1;
  for (let i = 0; i < RECORDS; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    const name = `user${i < keys ? i + 1 : Math.floor((seed / 2 ** 32) * keys) + 1}`;
    encodeKey(name, segment, i * 16);
    lengths[i] = encodedKeySize(name);
    hashes[i] = keyHash(name);
  }
  return { segment, lengths, hashes };
}

const median = (figures) => figures.sort((a, b) => a - b)[figures.length >> 1];

function measure(action, rounds = 7) {
  return median(
    Array.from({ length: rounds + 3 }, () => {
      const start = performance.now();
      action();
      return RECORDS / (performance.now() - start) / 1000;
    }).slice(3),
  );
}

for (const keys of [1_000, 100_000, 1_000_000]) {
  const { segment, lengths, hashes } = recordsOf(keys);
  const { backend, keyContext, state } = backendWith(int32(), 0);
  const step = (i) => {
    keyContext.set(segment, i * 16, lengths[i], hashes[i]);
    state.update(state.value() + 1);
  };
  const each = () => {
    for (let i = 0; i < RECORDS; i++) step(i);
  };
  const batch = new Int32Array(BATCH);
  const ahead = () => {
    for (let from = 0; from < RECORDS; from += BATCH) {
      for (let i = 0; i < BATCH; i++) batch[i] = hashes[from + i];
      backend.touch(batch, BATCH);
      for (let i = from; i < from + BATCH; i++) step(i);
    }
  };
  const single = measure(each);
  const touched = backend.touch === undefined ? Number.NaN : measure(ahead);
  const memory = backend.memoryUsed / keys;
  console.log(`${keys} keys: ${single.toFixed(1)} M/s one by one, ${touched.toFixed(1)} touched ahead; ${memory.toFixed(1)} B a key`);

  // A snapshot of which a chunk is pulled every 20,000 records, so that most entries change before their turn.
  for (let n = 0; n < 3; n++) {
    const snapshot = backend.snapshot();
    const [section] = snapshot.sections;
    let bytes = 0;
    let longest = 0;
    let slowest = 0;
    let pulling = 0;
    let chunks = 0;
    const start = performance.now();
    for (let at = 0, left = true; at < RECORDS || left; at += 500) {
      if (at < RECORDS) {
        const before = performance.now();
        for (let i = at; i < Math.min(at + 500, RECORDS); i++) step(i);
        slowest = Math.max(slowest, performance.now() - before);
      }
      if (!left || (at % 10_000 !== 0 && at < RECORDS)) continue;
      const before = performance.now();
      const chunk = section.nextChunk();
      longest = Math.max(longest, performance.now() - before);
      pulling += performance.now() - before;
      left = chunk !== null;
      bytes += chunk?.length ?? 0;
      chunks++;
    }
    const total = performance.now() - start;
    snapshot.release();
    const rate = RECORDS / (total - pulling) / 1000;
    console.log(
      `  snapshot ${(bytes / keys).toFixed(1)} B a key: ${rate.toFixed(1)} M/s meanwhile, slowest 500 records ${slowest.toFixed(2)} ms; ${chunks} chunks in ${pulling.toFixed(1)} ms, longest ${longest.toFixed(2)} ms`,
    );
  }
  const quiet = backend.snapshot();
  const chunks = [];
  const reading = performance.now();
  for (let chunk = quiet.sections[0].nextChunk(); chunk !== null; chunk = quiet.sections[0].nextChunk()) chunks.push(chunk.slice());
  const read = performance.now() - reading;
  const { name, kind, schema, count } = quiet.sections[0];
  quiet.release();
  const times = [];
  for (let n = 0; n < 5; n++) {
    const fresh = backendWith(int32(), 0).backend;
    const start = performance.now();
    await fresh.restore({
      name,
      kind,
      schema,
      count,
      async *chunks() {
        yield* chunks;
      },
    });
    times.push(performance.now() - start);
    fresh.dispose();
  }
  console.log(
    `  written unchanged: ${(keys / read / 1000).toFixed(1)} M keys/s; restored: ${(keys / median(times) / 1000).toFixed(1)} M keys/s`,
  );
  backend.dispose();
}

const { segment, lengths, hashes } = recordsOf(100_000);
for (const [what, type, make] of [
  ['string', string(), (i) => (i % 2 === 0 ? 'active' : 'blocked')],
  ['record', record({ count: int32(), last: string() }), (_, old) => ({ count: (old?.count ?? 0) + 1, last: 'login' })],
]) {
  const { backend, keyContext, state } = backendWith(type);
  const rate = measure(() => {
    for (let i = 0; i < RECORDS; i++) {
      keyContext.set(segment, i * 16, lengths[i], hashes[i]);
      state.update(make(i, state.value()));
    }
  });
  const model = new Map();
  const names = Array.from({ length: 100_000 }, (_, i) => `user${i + 1}`);
  const map = measure(() => {
    for (let i = 0; i < RECORDS; i++) {
      const key = names[hashes[i] % 100_000];
      model.set(key, make(i, model.get(key)));
    }
  });
  console.log(
    `100000 keys, ${what}: ${rate.toFixed(1)} M/s; a Map with the keys at hand ${map.toFixed(1)}; ${(backend.memoryUsed / 100_000).toFixed(1)} B a key beside the values`,
  );
  backend.dispose();
}
