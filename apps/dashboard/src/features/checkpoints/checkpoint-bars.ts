import type { CheckpointInfo, SubtaskCheckpointInfo, TaskCheckpointInfo } from '@weir/protocol';

export type BarPart = 'travel' | 'alignment' | 'sync' | 'async';

export interface CheckpointBar {
  readonly key: string;
  readonly vertexId: string;
  readonly index: number;
  /** In order of time; shares of the checkpoint's duration. */
  readonly parts: readonly { readonly part: BarPart; readonly share: number; readonly ms: number }[];
  /** Where on the scale it was acknowledged; undefined if it has not been. */
  readonly acked: number | undefined;
  readonly subtask: SubtaskCheckpointInfo | undefined;
}

/**
 * What each subtask did between the trigger and its acknowledgement: the barrier was on its way to it, was aligned, state was fixed, state was written. On one
 * scale, 0 the trigger and 1 the last acknowledgement. Pure.
 */
export function checkpointBars(checkpoint: CheckpointInfo, tasks: readonly TaskCheckpointInfo[]): readonly CheckpointBar[] {
  const length = Math.max(1, checkpoint.endToEndDuration, ...tasks.map((task) => task.latestAckTimestamp - checkpoint.triggerTimestamp));
  return tasks.flatMap(({ vertexId, subtasks }) =>
    subtasks.map((subtask, index): CheckpointBar => {
      const base = { key: `${vertexId}:${index}`, vertexId, index };
      if (subtask === null) return { ...base, parts: [], acked: undefined, subtask: undefined };
      const parts = (
        [
          ['travel', subtask.startDelay],
          ['alignment', subtask.alignmentDuration],
          ['sync', subtask.syncDuration],
          ['async', subtask.asyncDuration],
        ] as const
      ).map(([part, ms]) => ({ part, ms, share: Math.max(0, ms) / length }));
      const acked = Math.min(1, Math.max(0, (subtask.ackTimestamp - checkpoint.triggerTimestamp) / length));
      return { ...base, parts, acked, subtask };
    }),
  );
}

/** The slowest where there are too many to be shown, in the order of the graph. */
export function slowest(bars: readonly CheckpointBar[], most: number): readonly CheckpointBar[] {
  if (bars.length <= most) return bars;
  const chosen = new Set([...bars].sort((a, b) => (b.acked ?? 2) - (a.acked ?? 2)).slice(0, most));
  return bars.filter((bar) => chosen.has(bar));
}
