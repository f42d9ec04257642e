import type { ExecutionState, RecoveryPhase, TaskManagerInfo, TaskManagerStatus } from '@weir/protocol';
import type { SubtaskKey } from '../model/placement.js';

/** What a tank shows: the key with the highest count of those that are kept there, and how many keys there are. */
export interface TankLevel {
  readonly key: string | undefined;
  readonly count: number;
  /** False where the engine's count is not known: no level is drawn then. */
  readonly known: boolean;
  readonly keys: number;
}

export interface DrawnRecovery {
  readonly number: number;
  readonly phase: RecoveryPhase;
  readonly progress: number;
  readonly slowdown: number;
  readonly taskManagerId: string | undefined;
  readonly checkpointId: number | undefined;
  readonly failedAt: number | undefined;
  readonly cause: string;
}

export interface DrawnBarrier {
  readonly checkpointId: number;
  readonly isSavepoint: boolean;
  readonly acked: readonly SubtaskKey[];
  readonly numSubtasks: number;
  readonly slowdown: number;
}

/** The drawing as far as text and boxes show it: made anew a few times a second, the same object while nothing of it changed. */
export interface Drawn {
  readonly tanks: ReadonlyMap<SubtaskKey, TankLevel>;
  /** Records a second into and out of each subtask; absent before they are known. */
  readonly rates: ReadonlyMap<SubtaskKey, { readonly in: number | undefined; readonly out: number | undefined }>;
  readonly recovery: DrawnRecovery | undefined;
  readonly barrier: DrawnBarrier | undefined;
  /** The key that a source's subtask makes events of, where it is one alone. */
  readonly sourceKeys: ReadonlyMap<SubtaskKey, string>;
  /** Alerts behind the sluice, by the sink's subtask. */
  readonly waiting: ReadonlyMap<SubtaskKey, number>;
  /** Records that one dot stands for. */
  readonly batch: number;
  /** How long a record is on its way to the keyed state in the drawing, ms. */
  readonly travel: number;
}

export const NOTHING_DRAWN: Drawn = {
  tanks: new Map(),
  rates: new Map(),
  recovery: undefined,
  barrier: undefined,
  sourceKeys: new Map(),
  waiting: new Map(),
  batch: 1,
  travel: 0,
};

const STOPPED: ReadonlySet<RecoveryPhase> = new Set(['failed', 'detected', 'checkpoint-chosen', 'restoring']);

/** Whether no records flow in the drawing: from the failure until the replay. */
export function isStopped(phase: RecoveryPhase | undefined): boolean {
  return phase !== undefined && STOPPED.has(phase);
}

/** Whether keyed state is in no task as the drawing has it: gone with its thread or with the cancel, and not yet back. */
export function isStateGone(phase: RecoveryPhase | undefined, down: boolean, state: ExecutionState): boolean {
  return down || phase === 'detected' || phase === 'checkpoint-chosen' || hasEnded(phase, state);
}

/** A task that will not go on, and of which no recovery is being drawn; its last figures are of nothing any more. */
export function hasEnded(phase: RecoveryPhase | undefined, state: ExecutionState): boolean {
  return phase === undefined && (state === 'CANCELED' || state === 'FAILED' || state === 'FINISHED');
}

/** A TaskManager as it is drawn: its own state, but while a recovery is played, that of the phase. A dead thread is red at once. */
export function drawnStatus(taskManager: TaskManagerInfo, recovery: DrawnRecovery | undefined): TaskManagerStatus {
  if (recovery === undefined) return taskManager.status;
  if (recovery.taskManagerId !== taskManager.id) return recovery.phase === 'failed' ? 'healthy' : 'recovering';
  return recovery.phase === 'restoring' || recovery.phase === 'replaying' ? 'recovering' : 'failed';
}
