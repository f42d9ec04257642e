import { readFileSync } from 'node:fs';

/** Memory that a Map<string, number> takes for a key, by the process's own: printed as bytes a key. */

export interface JsMapResult {
  readonly bytesPerKey: number;
}

const { keys } = JSON.parse(process.argv[2]) as { readonly keys: number };
const memory = (): number => Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/smaps_rollup', 'latin1'))?.[1]) * 1024;

const before = memory();
const counts = new Map<string, number>();
for (let k = 1; k <= keys; k++) counts.set(`user${k}`, k % 3);
// Garbage of the making goes, the map stays.
setTimeout(() => {
  const bytesPerKey = (memory() - before) / keys;
  console.log(JSON.stringify({ bytesPerKey, keys: counts.size }));
}, 1_000);
