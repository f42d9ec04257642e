import type { RestartStrategyConfiguration } from '../engine-types.js';
import type { SettingsDraft } from '../settings.js';
import { localPath } from './paths.js';
import { type RestartDraft, restartProperty, restartStrategy } from './restart-properties.js';
import { UsageError } from './usage-error.js';
import { boolean, choice, duration, integer, positiveDuration, type Reader } from './values.js';

type Apply = (draft: SettingsDraft, text: string, what: string) => void;

function sets<K extends keyof SettingsDraft>(key: K, read: Reader<NonNullable<SettingsDraft[K]>>): Apply {
  return (draft, text, what) => {
    draft[key] = read(text, what);
  };
}

/** Flink writes the mode with an underscore or a hyphen. */
const mode: Reader<'EXACTLY_ONCE' | 'AT_LEAST_ONCE'> = (given, what) =>
  choice('EXACTLY_ONCE', 'AT_LEAST_ONCE')(given.replaceAll('-', '_'), what);

/** Flink's state on disk is RocksDB's. */
const stateBackend: Reader<'hashmap' | 'disk'> = (given, what) => {
  const word = choice('hashmap', 'disk', 'rocksdb')(given, what);
  return word === 'rocksdb' ? 'disk' : word;
};

/** Flink's names for what Weir has options or defaults for. */
const PROPERTIES: Readonly<Record<string, Apply>> = {
  'execution.checkpointing.interval': sets('checkpointInterval', positiveDuration),
  'execution.checkpointing.mode': sets('checkpointingMode', mode),
  'execution.checkpointing.timeout': sets('checkpointTimeout', positiveDuration),
  'execution.checkpointing.min-pause': sets('minPause', duration),
  'execution.checkpointing.unaligned': sets('unaligned', boolean),
  'execution.checkpointing.unaligned.enabled': sets('unaligned', boolean),
  'execution.checkpointing.tolerable-failed-checkpoints': sets('tolerableFailed', integer(-1, 2 ** 31 - 1)),
  'state.checkpoints.dir': sets('checkpointDirectory', localPath),
  'state.savepoints.dir': sets('savepointDirectory', localPath),
  'state.checkpoints.num-retained': sets('retained', integer(1, 1_000)),
  'state.backend': sets('stateBackend', stateBackend),
  'state.backend.type': sets('stateBackend', stateBackend),
  'parallelism.default': sets('parallelism', integer(1, 128)),
  'taskmanager.numberOfTaskSlots': sets('slotsPerTaskManager', integer(1, 64)),
  'heartbeat.interval': sets('heartbeatInterval', positiveDuration),
  'heartbeat.timeout': sets('heartbeatTimeout', positiveDuration),
};

export interface FlinkProperties {
  readonly settings: SettingsDraft;
  /** The key that gave each setting, to name it when an option says the same. */
  readonly saidBy: ReadonlyMap<keyof SettingsDraft, string>;
}

/**
 * Turns `-D key=value` pairs into settings. A key that Weir does not have is refused: one that is silently ignored would be believed.
 * `restartDelay` is `--restart-delay`, the pause of fixed-delay.
 */
export function readFlinkProperties(pairs: readonly (readonly [string, string])[], restartDelay?: number): FlinkProperties {
  const settings: SettingsDraft = {};
  const saidBy = new Map<keyof SettingsDraft, string>();
  const restart: RestartDraft = new Map();
  for (const [key, value] of pairs) {
    const what = `-D ${key}`;
    if (restartProperty(key)) {
      restart.set(key === 'restart-strategy.type' ? 'restart-strategy' : key, value);
      continue;
    }
    const apply = Object.hasOwn(PROPERTIES, key) ? PROPERTIES[key] : undefined;
    if (apply === undefined) throw new UsageError(`${what} is not known or not built yet`);
    const before = { ...settings };
    apply(settings, value, what);
    for (const name of Object.keys(settings) as (keyof SettingsDraft)[]) if (before[name] !== settings[name]) saidBy.set(name, what);
  }
  const strategy: RestartStrategyConfiguration | undefined = restartStrategy(restart, restartDelay);
  if (strategy !== undefined) settings.restartStrategy = strategy;
  return { settings, saidBy };
}
