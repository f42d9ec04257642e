import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type DashboardState, PROTOCOL_VERSION, type SnapshotMessage } from '../wire.js';
import { diff } from './diff.js';
import { StateMirror } from './state-mirror.js';

/** All that the mirror looks at of a state. */
const stateOf = (n: number, startedAt = 1) => ({ server: { startedAt }, n }) as unknown as DashboardState;
const snapshotOf = (n: number, startedAt = 1): SnapshotMessage => ({
  version: PROTOCOL_VERSION,
  seq: n,
  state: stateOf(n, startedAt),
  log: [],
  alerts: [],
});
const deltaTo = (n: number) => ({ seq: n, changes: diff(stateOf(n - 1), stateOf(n)) });

describe('StateMirror', () => {
  it('follows deltas from a snapshot on', () => {
    const mirror = new StateMirror();
    expect(mirror.delta(deltaTo(1))).toBe('ignored');
    expect(mirror.snapshot(snapshotOf(4))).toBe('updated');
    expect([mirror.delta(deltaTo(5)), mirror.delta(deltaTo(6))]).toEqual(['updated', 'updated']);
    expect(mirror.state).toEqual(stateOf(6));
  });

  it('asks once for a snapshot where deltas are missing or do not fit', () => {
    for (const bad of [deltaTo(7), { seq: 5, changes: [{ path: ['none', 'x'], value: 1 }] }, { seq: 'x' }, null]) {
      const mirror = new StateMirror();
      mirror.snapshot(snapshotOf(4));
      expect(mirror.delta(bad)).toBe('resync');
      expect([mirror.delta(deltaTo(5)), mirror.delta(deltaTo(8))]).toEqual(['ignored', 'ignored']);
      expect(mirror.state).toEqual(stateOf(4));
      expect(mirror.snapshot(snapshotOf(9))).toBe('updated');
      expect(mirror.delta(deltaTo(10))).toBe('updated');
    }
  });

  it('takes a snapshot of a restarted server, whose numbers begin anew', () => {
    const mirror = new StateMirror();
    mirror.snapshot(snapshotOf(40));
    mirror.disconnected();
    expect(mirror.delta(deltaTo(41))).toBe('ignored');
    expect(mirror.snapshot(snapshotOf(1, 2))).toBe('updated');
    expect(mirror.state).toEqual(stateOf(1, 2));
  });

  it.each([{ ...snapshotOf(1), version: 99 }, {}, undefined, 'snapshot'])('says that it does not understand %j', (message) => {
    expect(new StateMirror().snapshot(message)).toBe('incompatible');
  });

  it('shows only states that were, and never goes back, whatever is lost, doubled or reordered', () => {
    const deliveries = fc.array(fc.record({ n: fc.integer({ min: 1, max: 30 }), snapshot: fc.boolean() }), { maxLength: 120 });
    fc.assert(
      fc.property(deliveries, (messages) => {
        const mirror = new StateMirror();
        let last = 0;
        for (const { n, snapshot } of messages) {
          if (snapshot) mirror.snapshot(snapshotOf(n));
          else mirror.delta(deltaTo(n));
          if (mirror.state === undefined) continue;
          expect(mirror.state).toEqual(stateOf(mirror.seq));
          expect(mirror.seq).toBeGreaterThanOrEqual(last);
          last = mirror.seq;
        }
      }),
    );
  });
});
