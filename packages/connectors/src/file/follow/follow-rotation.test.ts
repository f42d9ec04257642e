import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FollowDriver, type FollowSnapshot } from '../../testing/follow-driver.js';
import { LogWriter } from '../../testing/log-writer.js';
import { LINGER, PARTIAL_GRACE } from './log-trail.js';

let directory = '';
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-follow-'));
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const bytes = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 80 }));
const room = fc.oneof(fc.constant(Number.POSITIVE_INFINITY), fc.integer({ min: 1, max: 3 }));

type Step =
  | { readonly kind: 'append' | 'append to previous'; readonly bytes: number }
  | { readonly kind: 'rotate' | 'create' | 'wait' | 'snapshot' }
  | { readonly kind: 'drain'; readonly room: number }
  | { readonly kind: 'restore'; readonly which: number };

const renameStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('append' as const), bytes }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('append to previous' as const), bytes }) },
  { weight: 3, arbitrary: fc.constant({ kind: 'rotate' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'create' as const }) },
  { weight: 4, arbitrary: fc.record({ kind: fc.constant('drain' as const), room }) },
  { weight: 1, arbitrary: fc.constant({ kind: 'wait' as const }) },
  { weight: 2, arbitrary: fc.constant({ kind: 'snapshot' as const }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('restore' as const), which: fc.nat() }) },
);

/** One script over one log, which is not there when the reader starts. */
class Run {
  readonly writer: LogWriter;
  readonly driver: FollowDriver;
  readonly #snapshots: FollowSnapshot[] = [];

  constructor() {
    const path = join(mkdtempSync(join(directory, 'run-')), 'auth.log');
    this.writer = new LogWriter(path);
    this.driver = new FollowDriver({ path, format: 'sshd', key: 'user' });
  }

  async step(step: Step): Promise<void> {
    const { writer, driver } = this;
    switch (step.kind) {
      case 'append':
        return writer.append(step.bytes);
      case 'append to previous':
        return writer.appendToPrevious(step.bytes);
      case 'rotate':
        return writer.rotate();
      case 'create':
        return writer.create();
      case 'drain':
        return driver.drain(step.room);
      case 'wait':
        // A last line that is still being written would be taken as it is.
        if (!writer.previousEndsInPart) driver.time += LINGER;
        return;
      case 'snapshot':
        this.#snapshots.push(driver.snapshot());
        return;
      case 'restore': {
        const snapshot = this.#snapshots[step.which % Math.max(1, this.#snapshots.length)];
        if (snapshot !== undefined) await driver.start(snapshot);
      }
    }
  }

  async finish(): Promise<void> {
    for (let n = 0; n < 3; n++) {
      await this.driver.drain();
      this.driver.time += PARTIAL_GRACE;
    }
    await this.driver.close();
    this.writer.close();
  }
}

function expectEachOnce({ writer, driver }: Run): void {
  const byGeneration = writer.users();
  expect([...driver.users].sort()).toEqual(byGeneration.flat().sort());
  for (const lines of byGeneration) expect(driver.users.filter((user) => lines.includes(user))).toEqual(lines);
  expect(driver.count('bytesMissing')).toBe(0);
  expect(driver.published.filter(({ topic }) => topic === 'log-gap')).toEqual([]);
}

describe('a log that is rotated by rename', () => {
  it('is read without a loss and without a line twice, whenever it is rotated, looked at and restored', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(renameStep, { minLength: 5, maxLength: 60 }), async (steps) => {
        const run = new Run();
        await run.driver.start();
        for (const step of steps) await run.step(step);
        await run.finish();
        expectEachOnce(run);
      }),
      { numRuns: 300 },
    );
  });

  it('is so too while the reader is in the middle of a look', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(renameStep, { minLength: 5, maxLength: 60 }), async (steps) => {
        const run = new Run();
        await run.driver.start();
        let draining: Promise<void> | undefined;
        for (const step of steps) {
          // Only a writer's steps can come between those of a look.
          if (step.kind === 'drain') {
            await draining;
            draining = run.step(step);
          } else if (step.kind === 'snapshot' || step.kind === 'restore') {
            await draining;
            await run.step(step);
          } else if (step.kind !== 'wait') {
            await run.step(step);
            await turn();
          }
        }
        await draining;
        await run.finish();
        expectEachOnce(run);
      }),
      { numRuns: 150 },
    );
  });
});
