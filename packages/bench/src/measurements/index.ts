import { alignment } from './alignment.js';
import { atRest } from './at-rest.js';
import { bareLoop } from './bare-loop.js';
import { checkpointCost, checkpointSize } from './checkpoints.js';
import { detect } from './detect.js';
import { firstSeconds } from './first-seconds.js';
import { latency } from './latency.js';
import type { Measurement } from './measurement.js';
import { memory } from './memory.js';
import { pauses } from './pauses.js';
import { recovery } from './recovery.js';
import { scaling } from './scaling.js';
import { scan } from './scan.js';
import { skew } from './skew.js';
import { startup } from './startup.js';
import { stateGrowth } from './state-growth.js';
import { throughput } from './throughput.js';

/** All of them, in the order in which they run and are reported. */
export const measurements: readonly Measurement[] = [
  throughput,
  firstSeconds,
  bareLoop,
  detect,
  scan,
  latency,
  checkpointCost,
  checkpointSize,
  pauses,
  alignment,
  recovery,
  memory,
  atRest,
  startup,
  scaling,
  skew,
  // Browsers and the push path.
  // Backends: memory against disk.
  stateGrowth,
];
