import { randomBits, streamBase, threshold32 } from './counter-hash.js';
import type { RandomUserEventSourceOptions } from './random-user-event-source.js';

/** Whether event n of user `split + 1` is abnormal: what an oracle asks. */
export function isAbnormalEvent(options: Pick<RandomUserEventSourceOptions, 'seed' | 'abnormalRate'>, split: number, n: number): boolean {
  return randomBits(streamBase(options.seed, split), n) < threshold32(options.abnormalRate);
}
