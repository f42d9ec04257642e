import type { Measurement } from './measurement.js';
import { scan } from './scan.js';
import { throughput } from './throughput.js';

/** All of them, in the order in which they run and are reported. */
export const measurements: readonly Measurement[] = [throughput, scan];
