/**
 * The interface behind which each system stands that is measured: Weir, Apache Flink, Hazelcast Jet. A measurement starts a workload on one contender after the
 * other, in turns, and asks each the same questions.
 *
 * All run the detection job on the events of `LoadEvents` (@weir/connectors): source → keyBy(userId) → abnormal events in a row, an alert at `threshold` and at
 * each further one → sink. Split s of n makes events 0, 1, … of its own; users of different splits are different, so each user's events keep their order and
 * the alerts of any run follow from how many events each split made (`oracle.ts`).
 */

export interface Workload {
  /** Different users. */
  readonly keys: number;
  /** `zipf`: of exponent 1, by octaves, as `LoadEvents` has it. */
  readonly skew: 'uniform' | 'zipf';
  /** Share of abnormal events, 0 … 1. */
  readonly abnormalRate: number;
  readonly threshold: number;
  readonly seed: number;
  /** Of each operator, and the number of the source's splits. */
  readonly parallelism: number;
  /** Events a second over all splits, handed over when they are due whatever the system does (an open loop); 0 for as fast as they are taken. */
  readonly rate: number;
  /** Events over all splits; without end unless given. */
  readonly count?: number;
  /** ms between the starts of two checkpoints; 0 for none. */
  readonly checkpointInterval: number;
  readonly unaligned: boolean;
  readonly stateBackend: 'hashmap' | 'disk';
  readonly sink: SinkKind;
  /** Alerts of events that were due earlier than this many ms after their split's first event are left out of the latencies: the warm-up. */
  readonly latencyFrom?: number;
  /** Records pauses of the process operator for that many ms, from `latencyFrom` on, for `Run.pauses`. Weir alone can. */
  readonly recordPausesFor?: number;
  /** Directory into which each TaskManager writes a CPU profile; where a contender has no such thing it says so in `settings`. */
  readonly profileDirectory?: string;
}

/**
 * What the sink does with an alert. All count it, exactly once.
 * - `count`: nothing more.
 * - `latency`: records now minus the scheduled time of the alert's event, to the microsecond.
 * - `slow`: takes 1 ms a record, asynchronously where the system can.
 */
export type SinkKind = 'count' | 'latency' | 'slow';

export type Lacking = 'checkpoint figures' | 'recovery';

/** A system in one of its setups. It may be started again once the last run has been stopped or abandoned; one run at a time. */
export interface Contender {
  /** Column in tables: `weir`, `weir best`, `flink`, `flink best`, `flink 1 ms`, `jet`. */
  readonly name: string;
  readonly system: 'weir' | 'flink' | 'jet';
  /**
   * `default`: as it comes; `best`: whatever makes it fastest on this job; `low-latency`: as it comes but for what lowers latency. A measurement compares contenders
   * of the same setup.
   */
  readonly setup: 'default' | 'best' | 'low-latency';
  /** What is printed beside the results: versions, flags, memory, garbage collector, everything that was set. */
  readonly settings: Readonly<Record<string, string>>;
  /** What its runs cannot tell or do; nothing unless given. */
  readonly lacks?: readonly Lacking[];
  /** How long it runs before its figures are taken, s, unless the measurement is about just that. */
  readonly warmUp: number;
  /** What it cannot do, in a sentence for the report; undefined if it can run it. */
  refuses(workload: Workload): string | undefined;
  /** Resolves once the job is RUNNING, all tasks of it. Rejects with what the system said. */
  start(workload: Workload): Promise<Run>;
}

export interface Run {
  /** When the command to start was given: processes and all. Times here and below are ms since the epoch. */
  readonly startedAt: number;
  /** When the job was seen RUNNING. */
  readonly runningAt: number;
  /** Where its page is, if it has one. */
  readonly url?: string;
  /** Events that the process operator has taken in since the start or, after a failure, since the restart; a reading that is at most 100 ms old. */
  processed(): Promise<number>;
  /** Newest first. */
  checkpoints(): Promise<readonly CheckpointFigures[]>;
  /** Process ids of the whole system: memory (PSS) and CPU time are those of all of them together. */
  processes(): readonly number[];
  /** Ends a TaskManager as a crash does (SIGKILL; a thread is ended at once). Resolves with the moment it was done. */
  failTaskManager(): Promise<number>;
  /** The first alert that each subtask of the sink had in each of its attempts. */
  firstAlerts(): Promise<readonly FirstAlert[]>;
  /** After the end of a run with the sink `latency`: a histogram a subtask, HdrHistogram V2 compressed, base64, in µs. */
  latencies(): Promise<readonly string[]>;
  /** After the end of a run with `recordPausesFor`: the longest pause of each subtask of the process operator, ms. */
  pauses?(): Promise<readonly number[]>;
  /**
   * Resolves once a bounded job has FINISHED, everything committed; rejects if it fails. Processes are still there.
   */
  finished(): Promise<Work>;
  /** Stops an unbounded job so that all that its sources handed over has been processed (stop with savepoint), or as `finished`. Processes are still there. */
  stop(): Promise<Work>;
  /** Ends all processes and removes what they left; always called, also after a failure, and more than once does no harm. */
  dispose(): Promise<void>;
}

/** What a run did in the end, failures in between or not: compared with the oracle's. */
export interface Work {
  /** Of each split, in order. */
  readonly events: readonly number[];
  /** That the sinks took in, each once. */
  readonly alerts: number;
}

export interface CheckpointFigures {
  readonly id: number;
  readonly status: 'IN_PROGRESS' | 'COMPLETED' | 'FAILED';
  readonly triggeredAt: number;
  /** ms, trigger to last acknowledgement (Flink's end-to-end duration). */
  readonly duration: number;
  /** Bytes written. */
  readonly size: number;
  /** Longest of all subtasks, ms; absent where it is not told. */
  readonly syncDuration?: number;
  /** In-flight bytes in it. */
  readonly persistedData: number;
}

export interface FirstAlert {
  readonly subtask: number;
  /** 0 for the first execution. */
  readonly attempt: number;
  readonly at: number;
}

export const defaultWorkload: Workload = {
  keys: 1_000,
  skew: 'uniform',
  abnormalRate: 0.1,
  threshold: 3,
  seed: 1_245,
  parallelism: 3,
  rate: 0,
  checkpointInterval: 10_000,
  unaligned: true,
  stateBackend: 'hashmap',
  sink: 'count',
};
