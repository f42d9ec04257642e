import type { RecoveryInfo } from '@weir/protocol';
import { describe, expect, it } from 'vitest';
import { taskManager } from '../testing/states.js';
import { drawnStatus } from './drawn.js';
import { drawnPhase } from './recovery-plan.js';
import { RecoveryPlay } from './recovery-play.js';

const quick: RecoveryInfo = {
  number: 1,
  cause: 'connection closed',
  taskManagerId: 'taskmanager-2',
  checkpointId: 165,
  phases: { failed: 0, detected: 12, 'checkpoint-chosen': 15, restoring: 20, replaying: 120, running: 150 },
};

describe('a recovery as it is drawn', () => {
  it('shows each phase long enough to be seen, in order, and says how much slower', () => {
    const seen: string[] = [];
    for (let now = 0; now < 5_000; now += 50) {
      const drawn = drawnPhase(quick, 0, now);
      if (drawn !== undefined && seen.at(-1) !== drawn.phase) seen.push(drawn.phase);
    }
    expect(seen).toEqual(['failed', 'detected', 'checkpoint-chosen', 'restoring', 'replaying']);
    expect(drawnPhase(quick, 0, 100)!.slowdown).toBeCloseTo(3_500 / 150);
    expect(drawnPhase(quick, 0, 3_501)).toBeUndefined();
  });

  it('does not run ahead: a phase whose end is not known goes on', () => {
    const going = { ...quick, phases: { failed: 0, detected: 5_000 } };
    expect(drawnPhase(going, 0, 4_000)!.phase).toBe('failed');
    expect(drawnPhase(going, 0, 60_000)!.phase).toBe('detected');
  });

  it('is not played if it was over before the page was opened', () => {
    const play = new RecoveryPlay();
    play.observe([quick], 0);
    expect(play.drawn(10)).toBeUndefined();
    play.observe([{ ...quick, number: 2 }, quick], 1_000);
    expect(play.drawn(1_010)!.phase).toBe('failed');
  });

  it('turns the failed TaskManager red at once and the others only when the JobManager knows', () => {
    const play = new RecoveryPlay();
    play.observe([], 0);
    play.observe([{ ...quick, phases: { failed: 0 } }], 0);
    const at = (now: number, n: number) => drawnStatus(taskManager(n, 3), play.drawn(now));
    expect([at(10, 1), at(10, 2)]).toEqual(['healthy', 'failed']);
    play.observe([quick], 20);
    expect([at(900, 1), at(900, 2)]).toEqual(['recovering', 'failed']);
    expect([at(2_200, 1), at(2_200, 2)]).toEqual(['recovering', 'recovering']);
    expect(drawnStatus(taskManager(2, 3, 'restarted'), play.drawn(9_000))).toBe('restarted');
  });
});
