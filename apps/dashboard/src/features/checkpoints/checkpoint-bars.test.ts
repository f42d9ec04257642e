import type { CheckpointInfo, SubtaskCheckpointInfo, TaskCheckpointInfo } from '@weir/protocol';
import { expect, it } from 'vitest';
import { checkpointBars, slowest } from './checkpoint-bars.js';

const checkpoint = { id: 1, triggerTimestamp: 1_000, endToEndDuration: 40 } as CheckpointInfo;

function subtask(index: number, more: Partial<SubtaskCheckpointInfo>): SubtaskCheckpointInfo {
  return {
    index,
    ackTimestamp: 1_000,
    endToEndDuration: 0,
    checkpointedSize: 0,
    stateSize: 0,
    syncDuration: 0,
    asyncDuration: 0,
    alignmentDuration: 0,
    processedData: 0,
    persistedData: 0,
    startDelay: 0,
    unaligned: true,
    ...more,
  };
}

function task(vertexId: string, subtasks: readonly (SubtaskCheckpointInfo | null)[]): TaskCheckpointInfo {
  const acks = subtasks.map((each) => each?.ackTimestamp ?? 0);
  const numAcknowledgedSubtasks = subtasks.filter((each) => each !== null).length;
  return {
    vertexId,
    status: 'COMPLETED',
    latestAckTimestamp: Math.max(...acks),
    subtasks,
    numSubtasks: subtasks.length,
    numAcknowledgedSubtasks,
  };
}

it('lays what each subtask did on one scale', () => {
  const slow = subtask(0, { ackTimestamp: 1_040, startDelay: 4, alignmentDuration: 20, syncDuration: 2, asyncDuration: 10 });
  const bars = checkpointBars(checkpoint, [task('a', [slow, null])]);
  expect(bars.map(({ key, acked }) => [key, acked])).toEqual([
    ['a:0', 1],
    ['a:1', undefined],
  ]);
  expect(bars[0]?.parts.map(({ part, share }) => [part, share])).toEqual([
    ['travel', 0.1],
    ['alignment', 0.5],
    ['sync', 0.05],
    ['async', 0.25],
  ]);
});

it('shows the slowest of many, in their order', () => {
  const acks = [1_010, 1_030, 1_020];
  const bars = checkpointBars(checkpoint, [task('a', [...acks.map((ackTimestamp, index) => subtask(index, { ackTimestamp })), null])]);
  expect(slowest(bars, 4)).toBe(bars);
  expect(slowest(bars, 2).map(({ index }) => index)).toEqual([1, 3]);
});
