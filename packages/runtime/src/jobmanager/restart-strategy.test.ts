// Row 20 of the known bugs: restart strategies against models of what Flink says of them; no storm without a pause.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createRestartStrategy } from './restart-strategy.js';

/** Times between failures, ms. */
const gaps = fc.array(fc.nat(200_000), { minLength: 1, maxLength: 60 });

function delays(strategy: ReturnType<typeof createRestartStrategy>, between: readonly number[]): (number | undefined)[] {
  let now = 0;
  return between.map((gap) => {
    now += gap;
    return strategy.onFailure(now);
  });
}

it('none: never', () => {
  fc.assert(
    fc.property(gaps, (between) =>
      delays(
        createRestartStrategy({ kind: 'none' }, () => 0),
        between,
      ).every((delay) => delay === undefined),
    ),
  );
});

it('fixed-delay: so many times, whatever lies between', () => {
  fc.assert(
    fc.property(gaps, fc.integer({ min: -1, max: 20 }), (between, attempts) => {
      const strategy = createRestartStrategy({ kind: 'fixed-delay', attempts, delay: 7 }, () => 0);
      expect(delays(strategy, between)).toEqual(between.map((_, index) => (attempts < 0 || index < attempts ? 7 : undefined)));
    }),
  );
});

describe('exponential-delay', () => {
  const configuration = {
    kind: 'exponential-delay',
    initialBackoff: 100,
    maxBackoff: 60_000,
    backoffMultiplier: 2,
    resetBackoffThreshold: 30_000,
  } as const;

  it('doubles up to the most, begins anew after a quiet time, and always waits', () => {
    fc.assert(
      fc.property(gaps, (between) => {
        let backoff = 0;
        const expected = between.map((gap) => {
          backoff = backoff === 0 || gap > 30_000 + backoff ? 100 : Math.min(60_000, backoff * 2);
          return backoff;
        });
        expect(delays(createRestartStrategy({ ...configuration, jitterFactor: 0 }, Math.random), between)).toEqual(expected);
      }),
    );
  });

  it('spreads by the jitter and never beyond it', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true }), { minLength: 12, maxLength: 12 }), (drawn) => {
        let next = 0;
        const random = () => drawn[next++ % drawn.length] as number;
        const found = delays(
          createRestartStrategy({ ...configuration, jitterFactor: 0.5 }, random),
          drawn.map(() => 0),
        );
        for (const [index, delay] of found.entries()) {
          const middle = Math.min(60_000, 100 * 2 ** index);
          expect(delay).toBeGreaterThanOrEqual(Math.floor(middle * 0.5));
          expect(delay).toBeLessThanOrEqual(Math.min(60_000, Math.ceil(middle * 1.5)));
        }
      }),
    );
  });

  it('of a job that fails at once each time, there are few restarts in an hour', () => {
    const strategy = createRestartStrategy({ ...configuration, jitterFactor: 0.1 }, Math.random);
    let restarts = 0;
    for (let now = 0; now < 3_600_000; restarts++) now += strategy.onFailure(now) ?? 0;
    expect(restarts).toBeLessThan(90);
  });
});

it('failure-rate: not more than so many within any interval', () => {
  fc.assert(
    fc.property(gaps, (between) => {
      const strategy = createRestartStrategy({ kind: 'failure-rate', maxFailuresPerInterval: 3, interval: 300_000, delay: 9 }, () => 0);
      let now = 0;
      const times = between.map((gap) => (now += gap));
      const expected = times.map((time, index) =>
        times.slice(0, index + 1).filter((at) => time - at < 300_000).length > 3 ? undefined : 9,
      );
      expect(delays(strategy, between)).toEqual(expected);
    }),
  );
});
