import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Alert } from '@weir/detection';
import type { RuntimeContext } from '@weir/runtime';
import { build, encodeIntoCompressedBase64, type Histogram } from 'hdr-histogram-js';

export const LATENCIES = 'latencies';

/**
 * From when an event was due to when its alert is here, µs. Due times are those of the schedule, not of when the source came to it: what the system holds up is in
 * the figures of all events that waited, so nothing is left out that a coordinated generator would leave out.
 */
export class LatencyRecorder {
  readonly #msPerEvent: number;
  readonly #from: number;
  readonly #file: string;
  readonly #histogram: Histogram = build({
    lowestDiscernibleValue: 1,
    highestTrackableValue: 3_600_000_000,
    numberOfSignificantValueDigits: 3,
  });

  constructor(options: { readonly rate: number; readonly latencyFrom: number; readonly directory: string }, context: RuntimeContext) {
    this.#msPerEvent = 1000 / options.rate;
    this.#from = options.latencyFrom;
    const directory = join(options.directory, LATENCIES);
    mkdirSync(directory, { recursive: true });
    this.#file = join(directory, `${context.indexOfThisSubtask}`);
  }

  record({ sequence, timestamp }: Alert): void {
    const offset = sequence * this.#msPerEvent;
    if (offset < this.#from) return;
    // The time stamp is cut to whole ms.
    const due = (timestamp as number) + (offset - Math.floor(offset));
    const late = performance.timeOrigin + performance.now() - due;
    this.#histogram.recordValue(Math.max(0, Math.round(late * 1000)));
  }

  close(): void {
    writeFileSync(this.#file, encodeIntoCompressedBase64(this.#histogram));
  }
}
