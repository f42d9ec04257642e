import type { CheckpointFigures, FirstAlert, Work, Workload } from '../contender.js';
import type { WeirSetup } from './weir-setup.js';

/** What the bench asks the process that holds the engine, by name; each is answered once. */
export interface EngineHostMethods {
  start(workload: Workload, setup: WeirSetup, directory: string): { readonly runningAt: number };
  processed(): number;
  checkpoints(): readonly CheckpointFigures[];
  failTaskManager(): number;
  firstAlerts(): readonly FirstAlert[];
  latencies(): readonly string[];
  pauses(): readonly number[];
  finished(): Work;
  stop(): Work;
  end(): void;
}

export type EngineHostMethod = keyof EngineHostMethods;

export interface EngineHostRequest {
  readonly id: number;
  readonly method: EngineHostMethod;
  readonly parameters: readonly unknown[];
}

export type EngineHostAnswer =
  | { readonly id: number; readonly ok: true; readonly result: unknown }
  | { readonly id: number; readonly ok: false; readonly message: string };
