import { describe, expect, it } from 'vitest';
import { RateMeter } from '../../../job/rate-meter.js';
import { DelayedValue } from './delayed-value.js';
import { Emitter } from './emitter.js';
import { Dealer, FlowShares } from './flow-shares.js';

describe('records that leave', () => {
  it('are as many as are counted, spread evenly', () => {
    const emitter = new Emitter();
    const at: number[] = [];
    emitter.counted(4, 1, 1_000, 200, (depart) => at.push(depart));
    expect(at).toEqual([1_025, 1_075, 1_125, 1_175]);
  });

  it('are drawn once, whether told or counted first', () => {
    const emitter = new Emitter();
    let drawn = 0;
    emitter.told();
    emitter.counted(1, 1, 0, 250, () => drawn++);
    expect(drawn).toBe(0);
    emitter.counted(2, 1, 250, 250, () => drawn++);
    expect(drawn).toBe(2);
  });

  it('in batches lose none: what does not fill a dot is kept', () => {
    const emitter = new Emitter();
    let drawn = 0;
    for (let i = 0; i < 100; i++) emitter.counted(7, 5, i * 250, 250, () => drawn++);
    expect(drawn).toBe(140);
  });
});

describe('where they go', () => {
  it('is what single events told', () => {
    const flow = new FlowShares();
    flow.tell(0, 1);
    expect(flow.shares(0, [5, 5, 5])).toEqual([0, 1, 0]);
  });

  it('is by the rates into the targets where none was told, and nowhere without flow', () => {
    const flow = new FlowShares();
    expect(flow.shares(0, [1, 3])).toEqual([0.25, 0.75]);
    expect(flow.shares(0, [0, 0])).toEqual([0, 0]);
  });

  it('is dealt out so that each target has its share', () => {
    const dealer = new Dealer();
    const got = [0, 0, 0];
    for (let i = 0; i < 100; i++) got[dealer.next([0.5, 0.3, 0.2])]!++;
    expect(got).toEqual([50, 30, 20]);
    expect(new Dealer().next([0, 0])).toBe(-1);
  });
});

describe('a rate', () => {
  it('is steady at the seed system’s pace', () => {
    const meter = new RateMeter();
    for (let t = 0; t <= 20_000; t += 250) meter.note(t, Math.floor(t / 5_000));
    expect(meter.rate(20_000)).toBeCloseTo(0.2, 2);
  });

  it('follows soon where there is much', () => {
    const meter = new RateMeter();
    let count = 0;
    for (let t = 0; t <= 30_000; t += 250) {
      count += t < 20_000 ? 250 : 500;
      meter.note(t, count);
    }
    expect(meter.rate(30_000)).toBeCloseTo(2_000, -1);
  });

  it('begins anew with an attempt', () => {
    const meter = new RateMeter();
    meter.note(0, 100);
    meter.note(250, 200);
    expect(meter.note(500, 3)).toBe(0);
    expect(meter.note(750, 8)).toBe(5);
  });
});

it('a delayed value is shown when its time has come, and a jump forgets what was to come', () => {
  const level = new DelayedValue(0);
  level.set(1, 100);
  level.set(2, 200);
  expect([level.at(50), level.at(150), level.at(200)]).toEqual([0, 1, 2]);
  level.set(3, 300);
  level.jump(0);
  expect(level.at(400)).toBe(0);
});
