import type { EngineEvent } from '@weir/protocol';
import { expect, it } from 'vitest';
import { ReplayMarker } from './replay-marker.js';

function published(topic: string, payload: unknown): Extract<EngineEvent, { type: 'published' }> {
  return { type: 'published', at: 0, jobId: 'j', topic, taskManagerId: 't', vertexId: 'v', subtask: 0, dropped: 0, payload };
}

it('marks what a replay made again, user by user and topic by topic', () => {
  const marker = new ReplayMarker();
  const event = (topic: string, userId: string, sequence: number) => marker.isReplay(published(topic, { userId, sequence }));
  expect([0, 3, 6].map((n) => event('source', 'user1', n))).toEqual([false, false, false]);
  expect([1, 4].map((n) => event('source', 'user2', n))).toEqual([false, false]);
  expect([0, 3].map((n) => event('process', 'user1', n))).toEqual([false, false]);
  // From the checkpoint on, once more, and further.
  expect([3, 6, 9].map((n) => event('source', 'user1', n))).toEqual([true, true, false]);
  expect([3, 6, 9].map((n) => event('process', 'user1', n))).toEqual([true, false, false]);
});

it('knows alerts in the sink by their ids', () => {
  const marker = new ReplayMarker();
  expect(['a', 'b', 'a'].map((id) => marker.isReplay(published('sink', { id, sequence: 1 })))).toEqual([false, false, true]);
});

it('says nothing of what tells nothing', () => {
  const marker = new ReplayMarker();
  expect([1, 2].map(() => marker.isReplay(published('other', 'text')))).toEqual([false, false]);
});
