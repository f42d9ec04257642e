import { LoadEvents } from '@weir/connectors';
import { describe, expect, it } from 'vitest';
import { AbnormalCountProcessFunction } from './abnormal-count-process-function.js';
import type { Alert, UserEvent } from './events.js';
import { copyState, emptyState, FakeProcess, type FakeState } from './testing/fake-process.js';
import { detectionOracle } from './testing/oracle.js';

const generated = new LoadEvents({ keys: 7, rate: 0, abnormalRate: 0.6, seed: 5 }, 0, 1, 1_000);
const events: UserEvent[] = Array.from({ length: 400 }, (_, n) => generated.event(n));
const event = (userId: string, isAbnormal: boolean, sequence = 0): UserEvent => ({ userId, isAbnormal, timestamp: null, sequence });
const brief = (alerts: readonly Alert[]): object[] => alerts.map(({ userId, count, sequence }) => ({ userId, count, sequence }));

describe('AbnormalCountProcessFunction', () => {
  it('answers as the oracle does, with the state it has at the end', () => {
    for (const threshold of [1, 2, 3, 5]) {
      const state = emptyState();
      const process = new FakeProcess(new AbnormalCountProcessFunction(threshold), state);
      for (const one of events) process.process(one);
      const want = detectionOracle(events, threshold);
      expect(brief(process.alerts)).toEqual(want.alerts);
      expect(state.keyed).toEqual(want.counts);
    }
  });

  it('says it in the words of the seed system', () => {
    const process = new FakeProcess(new AbnormalCountProcessFunction());
    for (let n = 0; n < 4; n++) process.process(event('user1', true, n));
    expect(process.alerts.map(({ message }) => message)).toEqual([
      '[ALERT] userId=user1 이상행동 3회 감지!',
      '[ALERT] userId=user1 이상행동 4회 감지!',
    ]);
  });

  it('keeps users at 0 who only ever were normal, and counts different users', () => {
    const process = new FakeProcess(new AbnormalCountProcessFunction());
    for (const userId of ['a', 'b', 'a', '']) process.process(event(userId, false));
    const { keyed, lists } = process.snapshot();
    expect(keyed).toEqual(
      new Map([
        ['a', 0],
        ['b', 0],
        ['', 0],
      ]),
    );
    expect(lists).toEqual(
      new Map([
        ['processed', [4]],
        ['alerts', [0]],
        ['keys', [3]],
      ]),
    );
  });

  it('gives the same alerts, ids and totals whatever it is restored from', () => {
    const whole = new FakeProcess(new AbnormalCountProcessFunction());
    const snapshots: FakeState[] = [];
    for (const one of events) {
      snapshots.push(whole.snapshot());
      whole.process(one);
    }
    whole.snapshot();
    for (const [n, state] of snapshots.entries()) {
      const taken = detectionOracle(events.slice(0, n)).alerts.length;
      const restored = new FakeProcess(new AbnormalCountProcessFunction(), copyState(state), { jobId: 'another', attemptNumber: 3 });
      for (const one of events.slice(n)) restored.process(one);
      restored.snapshot();
      expect(restored.alerts).toEqual(whole.alerts.slice(taken));
      expect(restored.counters).toEqual(whole.counters);
    }
    expect(whole.counters.get('processed')).toBe(events.length);
    expect(new Set(whole.alerts.map(({ id }) => id)).size).toBe(whole.alerts.length);
  });

  it('adds up what other subtasks had counted', () => {
    const state = emptyState();
    state.lists.set('processed', [5, 7]);
    const process = new FakeProcess(new AbnormalCountProcessFunction(), state);
    process.process(event('a', false));
    expect(process.snapshot().lists.get('processed')).toEqual([13]);
    expect(process.counters.get('processed')).toBe(13);
  });

  it('makes other ids for another lineage, operator, key or event', () => {
    const ids = new Set<string>();
    for (const context of [{}, { lineage: 'other' }, { operatorUid: 'other' }]) {
      for (const userId of ['a', 'b']) {
        for (const sequence of [0, 1, 2 ** 53 - 1]) {
          const process = new FakeProcess(new AbnormalCountProcessFunction(1), emptyState(), context);
          process.process(event(userId, true, sequence));
          ids.add(process.alerts[0].id);
        }
      }
    }
    expect(ids.size).toBe(18);
    for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
  });

  it('publishes alerts at once, and its log when told to', () => {
    const silent = new FakeProcess(new AbnormalCountProcessFunction(1));
    silent.process(event('a', true, 7));
    expect(silent.published).toEqual([{ topic: 'alert', payload: silent.alerts[0] }]);
    const logging = new FakeProcess(new AbnormalCountProcessFunction(2, { logEvents: true }));
    logging.process(event('a', true, 7));
    expect(logging.published).toEqual([
      { topic: 'process', payload: { userId: 'a', isAbnormal: true, abnormalCount: 1, timestamp: null, sequence: 7 } },
    ]);
  });

  it('lets a job put its own sendAlert in place', () => {
    const sent: unknown[] = [];
    class Sending extends AbnormalCountProcessFunction {
      override sendAlert(userId: string, count: number): void {
        sent.push([userId, count]);
      }
    }
    new FakeProcess(new Sending(1)).process(event('a', true));
    expect(sent).toEqual([['a', 1]]);
  });

  it('stays within an int32', () => {
    const state = emptyState();
    state.keyed.set('a', 2 ** 31 - 1);
    const process = new FakeProcess(new AbnormalCountProcessFunction(), state);
    process.process(event('a', true));
    expect(process.alerts[0].count).toBe(2 ** 31 - 1);
  });
});
