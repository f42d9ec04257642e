import type { Option } from '../parser.js';
import { boolean, builtChoice, choice, integer, positiveDuration, text } from '../values.js';

/**
 * Options of the cluster and of how a job runs on it, the same in `weir start` and `weir detect`. The defaults shown are the engine's own
 * (`defaultJobConfiguration`, `defaultEngineOptions`): written out, because the help must not load the engine; a test holds the two together.
 */
export const clusterOptions = {
  parallelism: {
    read: integer(1, 128),
    value: 'N',
    help: 'subtasks of each operator',
    shownDefault: '3',
  } satisfies Option<number>,
  taskmanagers: {
    read: integer(1, 64),
    value: 'N',
    help: 'TaskManagers, a worker thread each',
    shownDefault: '3',
  } satisfies Option<number>,
  slots: {
    read: integer(1, 64),
    value: 'N',
    help: 'task slots of each TaskManager',
    shownDefault: '3',
  } satisfies Option<number>,
  checkpointInterval: {
    read: positiveDuration,
    value: 'DURATION',
    help: 'time between two checkpoints: more throughput against a longer replay',
    shownDefault: '10s',
  } satisfies Option<number>,
  checkpointingMode: {
    read: choice('EXACTLY_ONCE', 'AT_LEAST_ONCE'),
    value: 'MODE',
    help: 'EXACTLY_ONCE or AT_LEAST_ONCE',
    shownDefault: 'EXACTLY_ONCE',
  } satisfies Option<'EXACTLY_ONCE' | 'AT_LEAST_ONCE'>,
  unaligned: {
    read: boolean,
    value: 'true|false',
    bare: true,
    help: 'unaligned checkpoints: barriers overtake records, which are stored with the snapshot',
    shownDefault: 'true',
  } satisfies Option<boolean>,
  retained: {
    read: integer(1, 1_000),
    value: 'N',
    help: "completed checkpoints kept; Flink's default is 1, but a damaged one should leave another",
    shownDefault: '3',
  } satisfies Option<number>,
  stateBackend: {
    read: choice('hashmap', 'disk'),
    value: 'hashmap|disk',
    help: 'where keyed state lives: in memory, or on disk for state that is larger, with incremental checkpoints',
    shownDefault: 'hashmap',
  } satisfies Option<'hashmap' | 'disk'>,
  threshold: {
    read: integer(1, 2 ** 31 - 1),
    value: 'N',
    help: 'abnormal events in a row from which each is an alert',
    shownDefault: '3',
  } satisfies Option<number>,
  engine: {
    read: builtChoice(['embedded'], ['flink']),
    value: 'embedded|flink',
    help: 'what runs the job',
    shownDefault: 'embedded',
  } satisfies Option<'embedded'>,
  flinkUrl: { read: text, value: 'URL', help: "a Flink cluster's REST address", notBuilt: true } satisfies Option<string>,
};
