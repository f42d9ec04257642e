import type { RecoveryInfo } from '@weir/protocol';
import { expect, it } from 'vitest';
import { barParts, lengthOf, stepsOf } from './steps.js';

const recovery = (phases: RecoveryInfo['phases']): RecoveryInfo => ({ number: 1, cause: 'c', phases });

it('says when each step was reached and how long until the next', () => {
  const done = recovery({ failed: 100, detected: 104, 'checkpoint-chosen': 160, restoring: 162, replaying: 200, running: 250 });
  expect(stepsOf(done).map(({ took }) => took)).toEqual([4, 56, 2, 38, 50, undefined]);
  expect(lengthOf(done)).toBe(150);
});

it('knows nothing of steps that have not been reached', () => {
  const under = recovery({ failed: 100, detected: 104 });
  expect(stepsOf(under).map(({ at }) => at)).toEqual([100, 104, undefined, undefined, undefined, undefined]);
  expect(stepsOf(under)[1]?.took).toBeUndefined();
  expect(lengthOf(under)).toBeUndefined();
});

it('passes over a step that one recovery did not have', () => {
  expect(stepsOf(recovery({ failed: 100, detected: 104, restoring: 162 }))[1]?.took).toBe(58);
});

it('draws the phases at scale, and gives room to those still to come', () => {
  const done = recovery({ failed: 100, detected: 104, 'checkpoint-chosen': 160, restoring: 162, replaying: 200, running: 250 });
  expect(barParts(done).map(({ share }) => Math.round(share * 150))).toEqual([4, 56, 2, 38, 50]);
  const under = recovery({ failed: 100, detected: 110 });
  expect(barParts(under).map(({ share }) => share)).toEqual([0.5, 0.125, 0.125, 0.125, 0.125]);
});
