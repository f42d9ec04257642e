import { existsSync, readFileSync } from 'node:fs';
import { build, encodeIntoCompressedBase64 } from 'hdr-histogram-js';

/** What the sinks left (LatencyHistogram.java: lowest value and count of each bucket), as HdrHistogram has it: µs, three digits. */
export function jobLatencies(progressFile: string, parallelism: number): string[] {
  return Array.from({ length: parallelism }, (_, subtask) => {
    const histogram = build({ bitBucketSize: 64, autoResize: true, numberOfSignificantValueDigits: 3 });
    const file = `${progressFile}.latencies-${subtask}`;
    // A subtask that has not ended has none.
    const pairs = existsSync(file) ? readFileSync(file) : Buffer.alloc(0);
    for (let at = 0; at < pairs.length; at += 16)
      histogram.recordValueWithCount(Number(pairs.readBigInt64BE(at)), Number(pairs.readBigInt64BE(at + 8)));
    return encodeIntoCompressedBase64(histogram);
  });
}
