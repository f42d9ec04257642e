import { describe, expect, it } from 'vitest';
import { handOverAt, lagAfterRestore, type Schedule, withInterval } from './pace.js';

const schedule: Schedule = { start: 1_000, interval: 100, lag: 0 };
/** Checkpoint at 1,950 with events 0 … 9 out, 200 ms after the one before it. */
const times = { snapshotAt: 1_950, sincePrevious: 200 };
const withLag = (lag: number): Schedule => ({ ...schedule, lag });

describe('pace after a restore', () => {
  it('goes on by the clock within one process: what is due comes at once', () => {
    expect(lagAfterRestore(schedule, 10, times, 2_350, true)).toBe(0);
  });

  it('hands over at once what can have been out, and the next one interval later', () => {
    const after = withLag(lagAfterRestore(schedule, 10, times, 60_000, false));
    // The old attempt may have lived until 2,150: events 10 (2,000) and 11 (2,100) may have been out.
    expect(handOverAt(after, 11)).toBeLessThanOrEqual(60_000);
    expect(handOverAt(after, 12)).toBe(60_100);
    expect(handOverAt(after, 13)).toBe(60_200);
  });

  it('has the next event one interval later if none can have been out', () => {
    const after = withLag(lagAfterRestore(schedule, 10, { snapshotAt: 1_950, sincePrevious: 0 }, 60_000, false));
    expect(handOverAt(after, 10)).toBe(60_100);
  });

  it('keeps to the clock if the restart was too quick for anything to be late', () => {
    expect(lagAfterRestore(schedule, 10, times, 2_050, false)).toBe(0);
  });

  it('adds up over several pauses', () => {
    const once = withLag(lagAfterRestore(schedule, 10, times, 60_000, false));
    const twice = withLag(lagAfterRestore(once, 20, { snapshotAt: handOverAt(once, 19), sincePrevious: 0 }, 120_000, false));
    expect(handOverAt(twice, 20)).toBe(120_100);
  });

  it('never holds back an event that a later checkpoint shows to be out', () => {
    const after = withLag(lagAfterRestore(schedule, 50, times, 60_000, false));
    expect(handOverAt(after, 50)).toBe(60_100);
  });

  it('keeps the due time of the next event when the interval is changed', () => {
    const slower = withInterval(schedule, 10, 1_000);
    expect(handOverAt(slower, 10)).toBe(handOverAt(schedule, 10));
    expect(handOverAt(slower, 11)).toBe(handOverAt(schedule, 10) + 1_000);
  });
});
