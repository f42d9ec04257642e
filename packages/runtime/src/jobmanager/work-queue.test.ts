import { beforeEach, describe, expect, it } from 'vitest';
import { eventually, ManualClock } from '../testing/manual-clock.js';
import { WorkQueue } from './work-queue.js';

let clock: ManualClock;
let errors: unknown[];
let queue: WorkQueue;

beforeEach(() => {
  clock = new ManualClock();
  errors = [];
  queue = new WorkQueue(clock, (error) => void errors.push(error));
});

describe('work', () => {
  it('is done one piece after the other, in the order in which it came', async () => {
    const order: string[] = [];
    let release = () => {};
    queue.do(async () => {
      await new Promise<void>((resolve) => {
        release = resolve;
      });
      order.push('first');
    });
    queue.do(async () => void order.push('second'));
    await new Promise(setImmediate);
    expect(order).toEqual([]);
    release();
    await eventually(() => order.length === 2);
    expect(order).toEqual(['first', 'second']);
  });

  it('that fails is told, and keeps nothing after it from being done', async () => {
    let done = false;
    queue.do(() => Promise.reject(new Error('told to fail')));
    queue.do(async () => {
      done = true;
    });
    await eventually(() => done);
    expect(errors).toEqual([new Error('told to fail')]);
  });
});

describe('a wait', () => {
  it('ends with what it waits for', async () => {
    const { epoch } = queue;
    const waited = queue.waitFor(epoch, () => queue.delay(1_000));
    clock.advance(1_000);
    await waited;
    expect(queue.epoch).toBe(epoch);
  });

  it('ends at once with its epoch, and is not begun in a later one', async () => {
    const { epoch } = queue;
    const waited = queue.waitFor(epoch, () => new Promise(() => {}));
    queue.nextEpoch();
    await waited;
    let begun = false;
    await queue.waitFor(epoch, async () => {
      begun = true;
    });
    expect(begun).toBe(false);
  });
});
