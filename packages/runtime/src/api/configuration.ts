import type { CheckpointingMode } from '@weir/protocol';

/** hashmap: keyed state in memory · disk: in files, as much of it in memory as is in use, with incremental checkpoints. */
export type StateBackendKind = 'hashmap' | 'disk';

/** How a job runs, as opposed to what it computes. Plain data; durations in ms. */
export interface JobConfiguration {
  /** Default parallelism of operators that set none. */
  readonly parallelism: number;
  readonly checkpointing: CheckpointingConfiguration;
  readonly stateBackend: StateBackendKind;
  readonly restartStrategy: RestartStrategyConfiguration;
  /** Between two latency markers of a source subtask; 0 for none. */
  readonly latencyTrackingInterval: number;
  /** An exception in user code fails the job at once, whatever the restart strategy; lost TaskManagers do not count as such. */
  readonly failOnUserException: boolean;
}

export interface CheckpointingConfiguration {
  /** Between the starts of two checkpoints; 0 for none but the last one of a bounded job and those that are asked for. */
  readonly interval: number;
  readonly mode: CheckpointingMode;
  readonly timeout: number;
  readonly minPause: number;
  readonly unaligned: boolean;
  /** Completed checkpoints kept, at least 1. */
  readonly retained: number;
  /** Consecutive failures beyond which the job fails; -1 for never. */
  readonly tolerableFailed: number;
}

export type RestartStrategyConfiguration =
  | { readonly kind: 'none' }
  /** `attempts` -1: without limit. */
  | { readonly kind: 'fixed-delay'; readonly attempts: number; readonly delay: number }
  | {
      readonly kind: 'exponential-delay';
      readonly initialBackoff: number;
      readonly maxBackoff: number;
      readonly backoffMultiplier: number;
      readonly resetBackoffThreshold: number;
      /** Share of the backoff that is drawn at random, 0 … 1. */
      readonly jitterFactor: number;
    }
  | { readonly kind: 'failure-rate'; readonly maxFailuresPerInterval: number; readonly interval: number; readonly delay: number };

export const defaultJobConfiguration: JobConfiguration = {
  parallelism: 3,
  checkpointing: {
    interval: 10_000,
    mode: 'EXACTLY_ONCE',
    timeout: 600_000,
    minPause: 0,
    unaligned: true,
    retained: 3,
    tolerableFailed: -1,
  },
  stateBackend: 'hashmap',
  restartStrategy: { kind: 'fixed-delay', attempts: -1, delay: 50 },
  latencyTrackingInterval: 2_000,
  failOnUserException: false,
};
