export { exitCodeOf, runBench, runOnce } from './bench.js';
export * from './contender.js';
export { WeirCommand } from './contenders/weir-command.js';
export { WeirEngine } from './contenders/weir-engine.js';
export type { Measurement } from './measurements/measurement.js';
