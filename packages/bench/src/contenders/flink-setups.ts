import type { FlinkConfiguration } from '@weir/flink';
import type { Contender, Workload } from '../contender.js';

/** How Flink is set up in one column of the tables. */
export interface FlinkSetup {
  readonly name: string;
  readonly setup: Contender['setup'];
  readonly taskManagers: number;
  /** Of each TaskManager. */
  slots(workload: Workload): number;
  /** ms */
  readonly bufferTimeout: number;
  /** A serializer written by hand and one event object for all, instead of Flink's own for POJOs. */
  readonly handWritten: boolean;
  readonly configuration: FlinkConfiguration;
  readonly taskManagerFlags: readonly string[];
}

const DEFAULT: FlinkSetup = {
  name: 'flink',
  setup: 'default',
  taskManagers: 3,
  slots: () => 3,
  bufferTimeout: 100,
  handWritten: false,
  configuration: {},
  taskManagerFlags: [],
};

export const FLINK_SETUPS: readonly FlinkSetup[] = [
  DEFAULT,
  {
    ...DEFAULT,
    name: 'flink best',
    setup: 'best',
    taskManagers: 1,
    slots: ({ parallelism }) => parallelism,
    handWritten: true,
    // Heap for the state, none set aside for RocksDB.
    configuration: { 'taskmanager.memory.process.size': '4096m', 'taskmanager.memory.managed.size': '0' },
  },
  { ...DEFAULT, name: 'flink 1 ms', setup: 'low-latency', bufferTimeout: 1 },
];
