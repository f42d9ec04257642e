import { describe, expect, it } from 'vitest';
import { type Measurement, VoidRound } from './measurements/measurement.js';
import { measurementText } from './print.js';
import { Results } from './results.js';

const measurement: Measurement = { name: 'speed', title: 'Speed', method: 'By looking.', round: async () => {} };

describe('Results', () => {
  it('takes nothing of a round that is void', async () => {
    const results = new Results();
    expect(await results.round(async (figures) => figures.value('a', 1_500_000, 'events/s', { atLeast: 1_000_000 }))).toBeUndefined();
    const reason = await results.round(async (figures) => {
      figures.value('a', 99, 'events/s');
      throw new VoidRound('weir: 1 alerts of 2 events instead of 3');
    });
    expect(reason).toBe('weir: 1 alerts of 2 events instead of 3');
    await results.round(async (figures) => figures.value('a', 500_000, 'events/s'));
    const report = results.report(measurement);
    expect(report.figures).toEqual([
      {
        name: 'a',
        unit: 'events/s',
        target: { atLeast: 1_000_000 },
        met: true,
        median: 1_000_000,
        min: 500_000,
        max: 1_500_000,
        values: [1_500_000, 500_000],
      },
    ]);
    expect(report.voidRounds).toEqual([reason]);
    expect(measurementText(report)).toMatch(/^a +1\.00 M events\/s +500 k events\/s +1\.50 M events\/s +2 +≥ 1\.00 M events\/s, met$/m);
    expect(measurementText(report)).toMatch(/^void round: weir: 1 alerts/m);
  });

  it('tells a target that is missed', async () => {
    const results = new Results();
    await results.round(async (figures) => figures.value('pause', 3.01, 'ms', { atMost: 3 }));
    expect(results.report(measurement).figures[0]?.met).toBe(false);
    expect(measurementText(results.report(measurement))).toContain('≤ 3.00 ms, missed');
  });
});
