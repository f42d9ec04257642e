import type { CheckpointInfo, CheckpointStatus, CheckpointType, SubtaskCheckpointInfo, TaskCheckpointInfo } from '@weir/protocol';
import type { AcknowledgedState, SnapshotFigures } from '../rpc/taskmanager-messages.js';
import type { OperatorStateHandle } from './checkpoint-storage.js';

/** A task that has to acknowledge. */
export interface CheckpointedVertex {
  readonly id: string;
  readonly parallelism: number;
}

export interface PendingCheckpointOptions {
  readonly id: number;
  readonly type: CheckpointType;
  readonly isSavepoint: boolean;
  readonly triggeredAt: number;
  readonly vertices: readonly CheckpointedVertex[];
}

/** One checkpoint from its trigger on: who has acknowledged with what, and the figures of it, in whole milliseconds as Flink gives them. */
export class PendingCheckpoint {
  readonly id: number;
  readonly triggeredAt: number;
  readonly isSavepoint: boolean;
  readonly #options: PendingCheckpointOptions;
  readonly #subtasks = new Map<string, (SubtaskCheckpointInfo | null)[]>();
  readonly #handles = new Map<string, OperatorStateHandle[]>();
  readonly #recordsOut = new Map<string, number>();
  #acknowledged = 0;
  readonly #expected: number;
  #latestAck = 0;
  #status: CheckpointStatus = 'IN_PROGRESS';
  #endedAt = 0;
  #failure: string | undefined;
  #externalPath: string | undefined;

  constructor(options: PendingCheckpointOptions) {
    this.#options = options;
    this.id = options.id;
    this.triggeredAt = Math.round(options.triggeredAt);
    this.isSavepoint = options.isSavepoint;
    this.#expected = options.vertices.reduce((sum, vertex) => sum + vertex.parallelism, 0);
    for (const vertex of options.vertices) this.#subtasks.set(vertex.id, new Array(vertex.parallelism).fill(null));
  }

  /** False if that subtask has acknowledged already, or is none of this job's. */
  acknowledge(vertexId: string, subtask: number, at: number, states: readonly AcknowledgedState[], figures: SnapshotFigures): boolean {
    const subtasks = this.#subtasks.get(vertexId);
    if (subtasks === undefined || subtask >= subtasks.length || subtasks[subtask] !== null) return false;
    const own = states.reduce((sum, { handle }) => sum + handle.size, 0);
    const shared = states.flatMap(({ handle }) => handle.shared ?? []);
    const sizeOf = (files: typeof shared) => files.reduce((sum, { size }) => sum + size, own);
    subtasks[subtask] = {
      index: subtask,
      ackTimestamp: Math.round(at),
      endToEndDuration: Math.max(0, Math.round(at) - this.triggeredAt),
      // As in Flink: what was written for it, and all that it is made of.
      checkpointedSize: sizeOf(shared.filter(({ checkpointId }) => checkpointId === this.id)),
      stateSize: sizeOf(shared),
      syncDuration: Math.round(figures.syncDuration),
      asyncDuration: Math.round(figures.asyncDuration),
      alignmentDuration: Math.round(figures.alignmentDuration),
      processedData: figures.processedBytes,
      persistedData: figures.persistedBytes,
      startDelay: Math.round(figures.startDelay),
      unaligned: figures.unaligned,
    };
    for (const { uid, handle } of states) this.#handles.set(uid, [...(this.#handles.get(uid) ?? []), handle]);
    this.#recordsOut.set(`${vertexId}:${subtask}`, figures.recordsOut);
    this.#acknowledged++;
    this.#latestAck = Math.max(this.#latestAck, Math.round(at));
    return true;
  }

  get isFullyAcknowledged(): boolean {
    return this.#acknowledged === this.#expected;
  }

  /** Of one operator, in order of subtask. */
  handlesOf(uid: string): readonly OperatorStateHandle[] {
    return [...(this.#handles.get(uid) ?? [])].sort((a, b) => a.subtask - b.subtask);
  }

  /** What each subtask had emitted when its state was taken, by `vertex:subtask`. */
  get recordsOut(): ReadonlyMap<string, number> {
    return this.#recordsOut;
  }

  completed(at: number, externalPath: string): void {
    this.#status = 'COMPLETED';
    this.#endedAt = Math.round(at);
    this.#externalPath = externalPath;
  }

  failed(at: number, reason: string): void {
    this.#status = 'FAILED';
    this.#endedAt = Math.round(at);
    this.#failure = reason;
  }

  info(now: number): CheckpointInfo {
    const tasks: Record<string, TaskCheckpointInfo> = {};
    for (const [vertexId, subtasks] of this.#subtasks) {
      const present = subtasks.filter((subtask) => subtask !== null);
      tasks[vertexId] = {
        vertexId,
        status: present.length === subtasks.length ? 'COMPLETED' : this.#status === 'FAILED' ? 'FAILED' : 'IN_PROGRESS',
        latestAckTimestamp: present.reduce((latest, subtask) => Math.max(latest, subtask.ackTimestamp), 0),
        subtasks: [...subtasks],
        numSubtasks: subtasks.length,
        numAcknowledgedSubtasks: present.length,
      };
    }
    const all = [...this.#subtasks.values()].flat().filter((subtask) => subtask !== null);
    const sum = (of: (subtask: SubtaskCheckpointInfo) => number) => all.reduce((total, subtask) => total + of(subtask), 0);
    return {
      id: this.id,
      status: this.#status,
      type: this.#options.type,
      isSavepoint: this.isSavepoint,
      triggerTimestamp: this.triggeredAt,
      latestAckTimestamp: this.#latestAck,
      endToEndDuration: Math.max(0, Math.round(this.#endedAt === 0 ? now : this.#endedAt) - this.triggeredAt),
      checkpointedSize: sum((subtask) => subtask.checkpointedSize),
      stateSize: sum((subtask) => subtask.stateSize),
      alignmentBuffered: 0,
      processedData: sum((subtask) => subtask.processedData),
      persistedData: sum((subtask) => subtask.persistedData),
      numSubtasks: this.#expected,
      numAcknowledgedSubtasks: this.#acknowledged,
      ...(this.#externalPath === undefined ? {} : { externalPath: this.#externalPath }),
      discarded: false,
      ...(this.#failure === undefined ? {} : { failureMessage: this.#failure, failureTimestamp: this.#endedAt }),
      tasks,
    };
  }
}
