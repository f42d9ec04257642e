import type { CheckpointingMode } from '@weir/protocol';
import type { EmbeddedEngineOptions, JobConfiguration, RestartStrategyConfiguration } from './engine-types.js';

/**
 * How the cluster is laid out and how a job runs on it, in one flat form: what options, `-D` and what the data directory remembers are all turned into.
 * An absent one was not said: what is stored counts then, else the default. Durations in ms, paths absolute.
 */
export interface Settings {
  readonly checkpointDirectory?: string;
  readonly savepointDirectory?: string;
  readonly taskManagers?: number;
  readonly slotsPerTaskManager?: number;
  readonly heartbeatInterval?: number;
  readonly heartbeatTimeout?: number;
  readonly parallelism?: number;
  readonly checkpointInterval?: number;
  readonly checkpointingMode?: CheckpointingMode;
  readonly checkpointTimeout?: number;
  readonly minPause?: number;
  readonly unaligned?: boolean;
  readonly retained?: number;
  readonly tolerableFailed?: number;
  readonly stateBackend?: JobConfiguration['stateBackend'];
  readonly restartStrategy?: RestartStrategyConfiguration;
}

/** The part of the settings that belongs to the cluster, not to a job: kept in `cluster.json`. */
export type ClusterSettings = Pick<
  Settings,
  'checkpointDirectory' | 'savepointDirectory' | 'taskManagers' | 'slotsPerTaskManager' | 'heartbeatInterval' | 'heartbeatTimeout'
>;

type Writable<T> = { -readonly [K in keyof T]: T[K] };
export type SettingsDraft = Writable<Settings>;

/** `base` with everything in its place that was said. */
export function withSettings(base: JobConfiguration, said: Settings): JobConfiguration {
  const { checkpointing } = base;
  return {
    ...base,
    parallelism: said.parallelism ?? base.parallelism,
    checkpointing: {
      interval: said.checkpointInterval ?? checkpointing.interval,
      mode: said.checkpointingMode ?? checkpointing.mode,
      timeout: said.checkpointTimeout ?? checkpointing.timeout,
      minPause: said.minPause ?? checkpointing.minPause,
      // In-flight data can only be exactly once: Flink takes unaligned off as well when the mode is at-least-once.
      unaligned: (said.unaligned ?? checkpointing.unaligned) && (said.checkpointingMode ?? checkpointing.mode) === 'EXACTLY_ONCE',
      retained: said.retained ?? checkpointing.retained,
      tolerableFailed: said.tolerableFailed ?? checkpointing.tolerableFailed,
    },
    stateBackend: said.stateBackend ?? base.stateBackend,
    restartStrategy: said.restartStrategy ?? base.restartStrategy,
  };
}

export function clusterPart(settings: Settings): ClusterSettings {
  const { checkpointDirectory, savepointDirectory, taskManagers, slotsPerTaskManager, heartbeatInterval, heartbeatTimeout } = settings;
  const all = { checkpointDirectory, savepointDirectory, taskManagers, slotsPerTaskManager, heartbeatInterval, heartbeatTimeout };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as ClusterSettings;
}

/** Everything that the engine wants to know, with Weir's defaults where nothing was said. */
export function engineOptions(
  dataDirectory: string,
  defaultCheckpoints: string,
  defaultSavepoints: string,
  said: ClusterSettings,
  defaults: Pick<
    EmbeddedEngineOptions,
    'taskManagers' | 'slotsPerTaskManager' | 'heartbeatInterval' | 'heartbeatTimeout' | 'taskManagerHeapMb'
  >,
): EmbeddedEngineOptions {
  return {
    dataDirectory,
    checkpointDirectory: said.checkpointDirectory ?? defaultCheckpoints,
    savepointDirectory: said.savepointDirectory ?? defaultSavepoints,
    taskManagers: said.taskManagers ?? defaults.taskManagers,
    slotsPerTaskManager: said.slotsPerTaskManager ?? defaults.slotsPerTaskManager,
    heartbeatInterval: said.heartbeatInterval ?? defaults.heartbeatInterval,
    heartbeatTimeout: said.heartbeatTimeout ?? defaults.heartbeatTimeout,
    taskManagerHeapMb: defaults.taskManagerHeapMb,
  };
}
