import { InputStatus, type SourceReader } from '@weir/runtime';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { UserEvent } from '../event.js';
import { CollectingOutput, ManualClock, startReader } from '../testing/reader-driver.js';
import { RandomUserEventSource, type RandomUserEventSplit } from './random-user-event-source.js';
import type { DurablePace, SpeedFiles } from './speed-files.js';

const INTERVAL = 1_000;
const options = { intervalMs: INTERVAL, abnormalRate: 0.3, seed: 7, speedDirectory: '/speed' };

/** A disk whose writes take as long as a test wants, and may fail. */
class FakeSpeedFiles implements SpeedFiles {
  speed = 1;
  full = false;
  /** Whether writes wait to be let through. */
  slow = false;
  readonly stored = new Map<number, DurablePace>();
  #waiting: ((through: boolean) => void)[] = [];
  #listener: (() => void) | undefined;

  async readWanted(): Promise<number> {
    return this.speed;
  }

  async readSplit(split: number): Promise<DurablePace | undefined> {
    return this.stored.get(split);
  }

  writeSplit(split: number, pace: DurablePace): Promise<void> {
    return new Promise((resolve, reject) => {
      const end = (through: boolean): void => {
        if (through && !this.full) {
          this.stored.set(split, JSON.parse(JSON.stringify(pace)) as DurablePace);
          resolve();
        } else {
          reject(new Error('no space'));
        }
      };
      if (this.slow) this.#waiting.push(end);
      else end(true);
    });
  }

  watch(listener: () => void): () => void {
    this.#listener = listener;
    return () => {
      this.#listener = undefined;
    };
  }

  want(speed: number): void {
    this.speed = speed;
    this.#listener?.();
  }

  /** Lets what is being written through. A crash comes before or after it is on disk. */
  async finish(through = true): Promise<void> {
    for (const end of this.#waiting.splice(0)) end(through);
    await turn();
  }

  forgetReader(): void {
    this.#listener = undefined;
  }
}

/** Everything that was begun by a call has its turn. */
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

class Run {
  readonly files = new FakeSpeedFiles();
  readonly clock = new ManualClock(10_000);
  /** Of every event that was ever handed over. */
  readonly timestamps = new Map<number, number>();
  handedOver = 0;
  #reader!: SourceReader<UserEvent, RandomUserEventSplit>;
  #checkpoint: readonly RandomUserEventSplit[] | undefined;
  #process = 0;

  async start(): Promise<void> {
    this.files.slow = false;
    const clock = this.clock;
    const process = this.#process;
    const source = new RandomUserEventSource(
      options,
      () => ({ now: () => clock.now(), sleep: (ms) => clock.sleep(ms), processId: `process ${process}` }),
      () => this.files,
    );
    this.#reader = await startReader(source, this.#checkpoint);
    this.files.slow = true;
  }

  poll(): readonly UserEvent[] {
    const output = new CollectingOutput<UserEvent>();
    while (this.#reader.pollNext(output) === InputStatus.MORE_AVAILABLE);
    for (const { sequence, timestamp } of output.records) {
      const time = timestamp as number;
      expect(this.timestamps.get(sequence) ?? time).toBe(time);
      this.timestamps.set(sequence, time);
      expect(this.timestamps.get(sequence - 1) ?? time).toBeLessThanOrEqual(time);
      expect(time).toBeLessThanOrEqual(this.clock.time);
    }
    this.handedOver += output.records.length;
    return output.records;
  }

  /** By small steps, so that events come as they are due. */
  async pass(ms: number): Promise<readonly UserEvent[]> {
    const events: UserEvent[] = [];
    for (const end = this.clock.time + ms; this.clock.time < end; this.clock.time += Math.min(50, end - this.clock.time)) {
      events.push(...this.poll());
      await turn();
    }
    return events;
  }

  checkpoint(): void {
    this.#checkpoint = this.#reader.snapshotState(1);
  }

  /** `written`: whether what was being written reached the disk. */
  async crash(written: boolean, newProcess: boolean, downFor: number): Promise<void> {
    await this.files.finish(written);
    this.files.forgetReader();
    this.clock.time += downFor;
    if (newProcess) this.#process++;
    await this.start();
  }
}

describe('the speed of the simulated source', () => {
  it('changes at once, and back', async () => {
    const run = new Run();
    await run.start();
    run.files.slow = false;
    expect(await run.pass(5_000)).toHaveLength(5);
    run.files.want(100);
    await turn();
    const fast = await run.pass(5_000);
    expect(fast.length).toBeGreaterThan(490);
    run.files.want(2);
    await turn();
    await run.pass(1_000);
    expect(await run.pass(5_000)).toHaveLength(10);
  });

  it('holds no event back for a full disk, and changes once there is room again', async () => {
    const run = new Run();
    await run.start();
    run.files.full = true;
    run.files.slow = false;
    run.files.want(10);
    await turn();
    expect(await run.pass(60_000)).toHaveLength(60);
    run.files.full = false;
    await run.pass(3_000);
    expect((await run.pass(10_000)).length).toBeGreaterThanOrEqual(99);
  });

  it('is found wanted by a start, and holds from an event on that nothing before can have handed over', async () => {
    const run = new Run();
    await run.start();
    run.files.slow = false;
    await run.pass(3_000);
    run.checkpoint();
    await run.pass(5_000);
    run.files.forgetReader();
    run.files.speed = 10;
    await run.crash(true, true, 60_000);
    run.files.slow = false;
    // Replayed events have the time stamps they had: `poll` looks at that.
    await run.pass(60_000);
    expect((await run.pass(10_000)).length).toBeGreaterThanOrEqual(99);
  });

  it('gives every event its one time stamp, whatever ends when, and in the end is what is wanted', async () => {
    const action = fc.oneof(
      { weight: 6, arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.integer({ min: 1, max: 4_000 }) }) },
      { weight: 3, arbitrary: fc.record({ do: fc.constant('want' as const), speed: fc.constantFrom(1, 3, 10, 100, 1_000) }) },
      { weight: 4, arbitrary: fc.record({ do: fc.constant('finish' as const) }) },
      { weight: 2, arbitrary: fc.record({ do: fc.constant('checkpoint' as const) }) },
      { weight: 1, arbitrary: fc.record({ do: fc.constant('fail-writes' as const) }) },
      {
        weight: 2,
        arbitrary: fc.record({
          do: fc.constant('crash' as const),
          written: fc.boolean(),
          newProcess: fc.boolean(),
          downFor: fc.constantFrom(0, 10, 3_000, 600_000),
        }),
      },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
        const run = new Run();
        await run.start();
        // A disk that stays full while a process dies is beyond what is promised: writes that fail are let fail only while nothing crashes.
        const mayFail = !actions.some((each) => each.do === 'crash');
        for (const each of actions) {
          if (each.do === 'pass') await run.pass(each.ms);
          else if (each.do === 'want') run.files.want(each.speed);
          else if (each.do === 'finish') await run.files.finish();
          else if (each.do === 'checkpoint') run.checkpoint();
          else if (each.do === 'crash') await run.crash(each.written, each.newProcess, each.downFor);
          else if (mayFail) await run.files.finish(false);
          await turn();
        }
        await run.files.finish();
        run.files.slow = false;
        run.files.want(run.files.speed);
        // Past whatever was claimed at the old speeds, and what was due.
        await run.pass(45_000);
        const before = run.handedOver;
        await run.pass(2_000);
        expect(Math.abs(run.handedOver - before - 2 * run.files.speed)).toBeLessThanOrEqual(Math.ceil(run.files.speed / 10) + 1);
      }),
      { numRuns: 150 },
    );
  }, 120_000);
});
