import { beforeEach, describe, expect, it } from 'vitest';
import { type EmittingTask, ReplayPositions } from './replay-positions.js';

const KEPT = 4;
let positions: ReplayPositions;

beforeEach(() => {
  positions = new ReplayPositions(KEPT);
});

const source = (recordsOut: number, more: Partial<EmittingTask> = {}): EmittingTask => ({
  vertex: { id: 'source', operators: [{ kind: 'source' }] },
  subtask: 0,
  inputEnded: false,
  metrics: { recordsOut },
  ...more,
});
const checkpoint = (id: number, recordsOut: number) => ({
  id,
  directory: `/chk-${id}`,
  isSavepoint: false,
  recordsOut: new Map([['source:0', recordsOut]]),
});

it('how much is made again is not known of a failure that nobody saw', () => {
  positions.restored(3);
  expect(positions.replayed).toBeUndefined();
});

describe('a source after a failure', () => {
  it('is behind until it has emitted as much again, from the beginning', () => {
    positions.failed([source(100)]);
    positions.restored(undefined);
    expect(positions.isBehind([source(99)])).toBe(true);
    expect(positions.isBehind([source(100)])).toBe(false);
  });

  it('or from the restored checkpoint, over several executions', () => {
    positions.completed(checkpoint(1, 60));
    positions.failed([source(90), source(7, { subtask: 1 })]);
    // It went on until it was stopped.
    positions.failed([source(100), source(7, { subtask: 1 })]);
    positions.restored(1);
    expect(positions.replayed).toBe(40 + 7);
    expect(positions.isBehind([source(39)])).toBe(true);
    expect(positions.isBehind([source(40)])).toBe(false);
    positions.caughtUp();
    // 60 of before, 50 of this one.
    positions.completed(checkpoint(2, 50));
    positions.failed([source(70)]);
    positions.restored(2);
    expect(positions.replayed).toBe(20);
    expect(positions.isBehind([source(19)])).toBe(true);
    expect(positions.isBehind([source(20)])).toBe(false);
  });

  it('has to come as far as before the first of several failures', () => {
    positions.failed([source(100)]);
    positions.restored(undefined);
    positions.failed([source(10)]);
    positions.restored(undefined);
    expect(positions.isBehind([source(50)])).toBe(true);
  });

  it('whose input has ended is not behind, nor is one that was not there', () => {
    positions.failed([source(100)]);
    expect(positions.isBehind([source(5, { inputEnded: true })])).toBe(false);
    expect(positions.isBehind([source(5, { subtask: 1 })])).toBe(false);
  });

  it('counts alone: what an operator emits is no position', () => {
    const operator = { vertex: { id: 'process', operators: [{ kind: 'process' }] } };
    positions.failed([source(100, operator)]);
    expect(positions.isBehind([source(0, operator)])).toBe(false);
  });
});

it('positions of checkpoints that can be restored no more are forgotten', () => {
  positions.completed(checkpoint(1, 60));
  positions.completed(checkpoint(2 + KEPT, 70));
  positions.failed([source(100)]);
  positions.restored(1);
  expect(positions.isBehind([source(99)])).toBe(true);
});
