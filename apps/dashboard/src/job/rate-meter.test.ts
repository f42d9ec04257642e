import { expect, it } from 'vitest';
import { RateMeter } from './rate-meter.js';

it('never tells more than before while a rate falls, and the new one once it has ten records', () => {
  const meter = new RateMeter();
  let count = 0;
  let now = 0;
  for (; now < 20_000; now += 250) {
    count += 25;
    meter.note(now, count);
  }
  expect(meter.rate(now)).toBeGreaterThan(90);
  let before = Number.POSITIVE_INFINITY;
  for (let second = 0; second < 12; second++) {
    for (let quarter = 1; quarter <= 4; quarter++) {
      now += 250;
      if (quarter === 4) count += 1;
      meter.note(now, count);
    }
    const rate = meter.rate(now) ?? Number.NaN;
    expect(rate).toBeLessThanOrEqual(before);
    before = rate;
  }
  expect(before).toBeLessThan(1.5);
});
