import type { CheckpointInfo, CheckpointStatus } from '@weir/protocol';
import type { TimeWindow } from '../time/time-axis.js';

export interface CheckpointPoint {
  readonly id: number;
  readonly at: number;
  readonly duration: number;
  readonly size: number | null;
  readonly status: CheckpointStatus;
  readonly isSavepoint: boolean;
}

/** Checkpoints of the window that have ended, oldest first. */
export function checkpointPoints(history: readonly CheckpointInfo[], { from, to }: TimeWindow): readonly CheckpointPoint[] {
  return history
    .filter(({ status, triggerTimestamp }) => status !== 'IN_PROGRESS' && triggerTimestamp >= from && triggerTimestamp <= to)
    .map(({ id, triggerTimestamp, endToEndDuration, checkpointedSize, status, isSavepoint }) => ({
      id,
      at: triggerTimestamp,
      duration: endToEndDuration,
      size: status === 'COMPLETED' ? checkpointedSize : null,
      status,
      isSavepoint,
    }))
    .reverse();
}

export function meanDuration(points: readonly CheckpointPoint[]): number | undefined {
  const completed = points.filter(({ status }) => status === 'COMPLETED');
  if (completed.length === 0) return undefined;
  return completed.reduce((sum, { duration }) => sum + duration, 0) / completed.length;
}
