import { expect, it } from 'vitest';
import { readFixedDelay } from './restart-strategy.js';

it('reads the sentence of the fixed delay and leaves others alone', () => {
  expect(readFixedDelay('Restart with fixed delay (50 ms). #2147483647 restart attempts.')).toEqual({
    delay: '50 ms',
    attempts: undefined,
  });
  expect(readFixedDelay('Restart with fixed delay (1000 ms). #3 restart attempts.')).toEqual({ delay: '1000 ms', attempts: 3 });
  expect(readFixedDelay('No restart')).toBeUndefined();
});
