import type { CheckpointInfo } from '@weir/protocol';
import { defaultJobConfiguration } from '../api/configuration.js';
import { CheckpointCoordinator, type CompletedCheckpoint, type TriggerOptions } from '../checkpoint/checkpoint-coordinator.js';
import type { CheckpointMetadata, CheckpointStorage, WriteOperatorState } from '../checkpoint/checkpoint-storage.js';
import type { PendingCheckpoint } from '../checkpoint/pending-checkpoint.js';
import type { AcknowledgedState, SnapshotFigures } from '../rpc/taskmanager-messages.js';
import { bytesOf, JOB_ID, noTurn, snapshotSection } from './checkpoint-fixtures.js';
import { ManualClock } from './manual-clock.js';

export const FIGURES: SnapshotFigures = {
  syncDuration: 0,
  asyncDuration: 0,
  alignmentDuration: 0,
  startDelay: 0,
  processedBytes: 0,
  persistedBytes: 0,
  unaligned: false,
  recordsOut: 0,
};

const VERTEX = 'v';
const SUBTASKS = 2;

export interface Trigger {
  readonly id: number;
  readonly directory: string;
}

/** A coordinator with the job of it made up: two subtasks that write real files, when the test lets them. */
export class CheckpointedJob {
  readonly clock = new ManualClock();
  readonly coordinator: CheckpointCoordinator;
  readonly triggers: Trigger[] = [];
  readonly notified: string[] = [];
  readonly reported: CheckpointInfo[] = [];
  readonly discarded: number[] = [];
  readonly tooMany: string[] = [];
  /** Ids that were made known before anything was done about them. */
  readonly announced: number[] = [];
  commits: number[] = [];
  commitFails = 0;
  readonly #write: WriteOperatorState;

  constructor(
    storage: CheckpointStorage,
    write: WriteOperatorState,
    checkpointing: Partial<typeof defaultJobConfiguration.checkpointing> = {},
    from: { readonly nextId: number; readonly completed: readonly CompletedCheckpoint[] } = { nextId: 1, completed: [] },
  ) {
    this.#write = write;
    this.coordinator = new CheckpointCoordinator({
      jobId: JOB_ID,
      configuration: { ...defaultJobConfiguration.checkpointing, interval: 0, ...checkpointing },
      clock: this.clock,
      storage,
      nextId: from.nextId,
      completed: from.completed,
      onSavepointLocation: async () => {},
      onTriggered: async (id) => void this.announced.push(id),
      onCheckpoint: async (checkpoint) => void this.reported.push(checkpoint),
      onDiscarded: (id) => void this.discarded.push(id),
      metadataOf,
      commit: async (id) => {
        if (this.commitFails-- > 0) throw new Error('the commit was told to fail');
        this.commits.push(id);
      },
      onCompleted: () => {},
      onStored: async () => {},
      onTooManyFailures: (reason) => void this.tooMany.push(reason),
    });
  }

  start(): void {
    this.coordinator.start({
      vertices: [{ id: VERTEX, parallelism: SUBTASKS }],
      trigger: (id, _timestamp, _flags, directory) => void this.triggers.push({ id, directory }),
      notifyComplete: (id) => void this.notified.push(`complete ${id}`),
      notifyAborted: (id) => void this.notified.push(`aborted ${id}`),
    });
  }

  trigger(options: Partial<TriggerOptions> = {}): Promise<CompletedCheckpoint | Error> {
    return this.coordinator.trigger({ savepoint: false, stop: false, ...options }).catch((error: Error) => error);
  }

  /** What a subtask does for a checkpoint, short of saying so. */
  async snapshot({ id, directory }: Trigger, subtask: number): Promise<AcknowledgedState[]> {
    const identity = { jobId: JOB_ID, checkpointId: id, operatorUid: 'operator', subtask, attempt: 0 };
    const content = { name: 'state', kind: 'keyed', chunks: [bytesOf(id * 10 + subtask, 200)] } as const;
    const handle = await this.#write(directory, identity, [snapshotSection(content)], noTurn);
    return handle === undefined ? [] : [{ uid: 'operator', handle }];
  }

  acknowledge(id: number, subtask: number, states: readonly AcknowledgedState[] = []): void {
    this.coordinator.acknowledge(id, VERTEX, subtask, states, FIGURES);
  }

  /** All subtasks snapshot and say how it went. */
  async carryOut(trigger: Trigger): Promise<void> {
    for (let subtask = 0; subtask < SUBTASKS; subtask++) {
      try {
        this.acknowledge(trigger.id, subtask, await this.snapshot(trigger, subtask));
      } catch (error) {
        this.coordinator.decline(trigger.id, (error as Error).message);
      }
    }
  }
}

function metadataOf(checkpoint: PendingCheckpoint): CheckpointMetadata {
  return {
    jobId: JOB_ID,
    jobName: 'a job',
    lineage: JOB_ID,
    checkpointId: checkpoint.id,
    isSavepoint: checkpoint.isSavepoint,
    unaligned: false,
    triggerTimestamp: checkpoint.triggeredAt,
    bundleHash: 'b0',
    operators: [
      { uid: 'operator', name: 'operator', parallelism: SUBTASKS, maxParallelism: 128, handles: checkpoint.handlesOf('operator') },
    ],
    vertices: [{ id: VERTEX, parallelism: SUBTASKS, uids: ['operator'] }],
  };
}
