import { alignment } from './alignment.js';
import { atRest } from './at-rest.js';
import { bareLoop } from './bare-loop.js';
import { checkpointCost, checkpointSize } from './checkpoints.js';
import { clients } from './clients.js';
import { detect } from './detect.js';
import { firstSeconds } from './first-seconds.js';
import { latency } from './latency.js';
import type { Measurement } from './measurement.js';
import { memory } from './memory.js';
import { pageLatency } from './page-latency.js';
import { pageSmoothness } from './page-smoothness.js';
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
  clients,
  pageLatency,
  pageSmoothness,
  // Backends: memory against disk.
  stateGrowth,
];
