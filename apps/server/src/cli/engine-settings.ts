import type { SettingsDraft } from '../settings.js';
import { readFlinkProperties } from './flink-properties.js';
import type { clusterOptions } from './options/cluster-options.js';
import { type Given, optionName } from './parser.js';
import { localPath } from './paths.js';
import { UsageError } from './usage-error.js';

type ClusterGiven = Given<typeof clusterOptions> & { readonly checkpointDir?: string; readonly restartDelay?: number };

/** Each option and the setting that it is another name for. */
const SAME = {
  checkpointDir: 'checkpointDirectory',
  checkpointInterval: 'checkpointInterval',
  checkpointingMode: 'checkpointingMode',
  unaligned: 'unaligned',
  retained: 'retained',
  stateBackend: 'stateBackend',
  parallelism: 'parallelism',
  taskmanagers: 'taskManagers',
  slots: 'slotsPerTaskManager',
} as const satisfies Readonly<Record<string, keyof SettingsDraft>>;

/** Options and `-D` as settings. The same one said by both is refused: neither could be ignored without somebody being wrong. */
export function engineSettings(given: ClusterGiven, properties: readonly (readonly [string, string])[]): SettingsDraft {
  const { settings, saidBy } = readFlinkProperties(properties, given.restartDelay);
  for (const [option, setting] of Object.entries(SAME) as [keyof typeof SAME, keyof SettingsDraft][]) {
    if (given[option] === undefined) continue;
    const other = saidBy.get(setting);
    if (other !== undefined) throw new UsageError(`${optionName(option)} and ${other} are the same setting; give one`);
  }
  if (given.checkpointDir !== undefined) settings.checkpointDirectory = localPath(given.checkpointDir, '--checkpoint-dir');
  if (given.checkpointInterval !== undefined) settings.checkpointInterval = given.checkpointInterval;
  if (given.checkpointingMode !== undefined) settings.checkpointingMode = given.checkpointingMode;
  if (given.unaligned !== undefined) settings.unaligned = given.unaligned;
  if (given.retained !== undefined) settings.retained = given.retained;
  if (given.stateBackend !== undefined) settings.stateBackend = given.stateBackend;
  if (given.parallelism !== undefined) settings.parallelism = given.parallelism;
  if (given.taskmanagers !== undefined) settings.taskManagers = given.taskmanagers;
  if (given.slots !== undefined) settings.slotsPerTaskManager = given.slots;
  const { heartbeatInterval, heartbeatTimeout } = settings;
  if (heartbeatInterval !== undefined && heartbeatTimeout !== undefined && heartbeatTimeout <= heartbeatInterval) {
    throw new UsageError('heartbeat.timeout must be longer than heartbeat.interval');
  }
  return settings;
}
