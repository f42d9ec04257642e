import type { AlertEntry, LogLine } from '@weir/protocol';
import { describe, expect, it } from 'vitest';
import { chooseFollowed, NOBODY } from '../../../keys/choose-followed.js';
import { followedKeys } from '../model/followed-keys.js';
import { layoutOf } from '../model/layout.js';
import { subtaskKey } from '../model/placement.js';
import { routesOf } from '../model/routes.js';
import { geometry } from '../testing/geometry.js';
import { checkpoint, PROCESS, type Shape, SINK, state } from '../testing/states.js';
import type { MotionInput } from './input.js';
import { MachineMotion } from './machine-motion.js';

const START = 1_700_000_000_000;

/** What the page would hand over, keeping layout and ways the same objects. */
function page() {
  const first = state();
  const layout = layoutOf(first.engine.jobs[0], first.engine.taskManagers);
  const routes = routesOf(layout, geometry(layout), [17, 63, 95]);
  return (shape: Shape, more: Partial<MotionInput> = {}): MotionInput => {
    const { engine, keys } = state(shape);
    const fresh = layoutOf(engine.jobs[0], engine.taskManagers, layout.places);
    return {
      job: engine.jobs[0],
      taskManagers: engine.taskManagers,
      keys,
      alerts: [],
      log: [],
      followed: followedKeys(keys, chooseFollowed(keys, NOBODY, [])),
      layout: { ...fresh, channels: layout.channels, gates: fresh.gates },
      routes,
      at: engine.at,
      turned: false,
      moving: true,
      ...more,
    };
  };
}

function told(number: number, subtask: number, abnormal: boolean): LogLine {
  const userId = `user${subtask + 1}`;
  return { number, at: START, kind: 'source', text: '', subtask, userId, abnormal, replayed: false, level: 'info' };
}

const alert = (status: AlertEntry['status']): AlertEntry => ({
  id: 'a1',
  seq: null,
  userId: 'user2',
  count: 3,
  timestamp: START,
  message: '',
  status,
  raisedAt: START,
});

describe('what moves', () => {
  it('is nothing on a page just opened, whatever happened before', () => {
    const at = page();
    const motion = new MachineMotion();
    motion.observe(at({}, { log: [told(1, 0, true)] }), START);
    expect(motion.isMoving(START)).toBe(false);
  });

  it('is one dot for each event that is told, in the key’s hue and through its key group', () => {
    const at = page();
    const motion = new MachineMotion();
    motion.observe(at({}), START);
    motion.observe(at({ at: START }, { log: [told(7, 1, true)] }), START + 100);
    const dots = motion.dots.all.filter((dot) => dot.alive);
    expect(dots).toHaveLength(1);
    expect(dots[0]).toMatchObject({ hue: 2, abnormal: true, replayed: false });
    expect(dots[0]!.route!.keyGroup).toBe(63);
    motion.advance(START + 60_000);
    expect(motion.isMoving(START + 60_000)).toBe(false);
  });

  it('is as many dots as are counted, and never more than the pool', () => {
    const at = page();
    const motion = new MachineMotion();
    for (let t = 0; t <= 20_000; t += 250) {
      motion.observe(at({ at: START + t, rate: 40_000 }), START + t);
      motion.advance(START + t);
      expect(motion.dots.count).toBeLessThanOrEqual(600);
    }
    expect(motion.drawn(START + 20_000).batch).toBe(2_000);
    expect(motion.dots.count).toBeGreaterThan(100);
  });

  it('lets a tank’s level follow when the record arrives, at once where nothing moves', () => {
    const at = page();
    const motion = new MachineMotion();
    const tank = subtaskKey(PROCESS, 1);
    motion.observe(at({ counts: [0, 2, 0] }), START);
    motion.observe(at({ counts: [0, 3, 0] }), START + 10);
    expect(motion.drawn(START + 20).tanks.get(tank)!.count).toBe(2);
    expect(motion.drawn(START + 8_000).tanks.get(tank)!.count).toBe(3);
    motion.observe(at({ counts: [0, 4, 0] }, { moving: false }), START + 8_010);
    expect(motion.drawn(START + 8_011).tanks.get(tank)!.count).toBe(4);
  });

  it('holds an alert behind the sluice until it is committed', () => {
    const at = page();
    const motion = new MachineMotion();
    const sink = subtaskKey(SINK, 1);
    motion.observe(at({}), START);
    motion.observe(at({}, { alerts: [alert('pending')] }), START + 10);
    expect(motion.drawn(START + 9_000).waiting.get(sink)).toBe(1);
    motion.observe(at({}, { alerts: [alert('committed')] }), START + 9_000);
    expect(motion.drawn(START + 9_100).waiting.get(sink)).toBeUndefined();
  });

  it('plays a new checkpoint and counts its acknowledgements up to nine', () => {
    const at = page();
    const motion = new MachineMotion();
    motion.observe(at({}), START);
    expect(motion.drawn(START).barrier).toBeUndefined();
    const checkpoints = [checkpoint(166, 3), checkpoint(165, 3)];
    motion.observe(at({ checkpoints }), START + 100);
    expect(motion.drawn(START + 200).barrier).toMatchObject({ checkpointId: 166, acked: [] });
    const end = motion.checkpoints.plan!.end;
    expect(motion.drawn(end - 10).barrier!.acked).toHaveLength(9);
    expect(motion.drawn(end + 10).barrier).toBeUndefined();
  });

  it('sends one pulse for each heartbeat', () => {
    const at = page();
    const motion = new MachineMotion();
    motion.observe(at({ at: START }), START);
    motion.observe(at({ at: START }), START + 250);
    expect(motion.heartbeats.pulses).toHaveLength(0);
    motion.observe(at({ at: START + 1_000 }), START + 1_000);
    expect(motion.heartbeats.pulses).toHaveLength(3);
  });

  it('stops all streams at a failure and lets replayed records flow after it', () => {
    const at = page();
    const motion = new MachineMotion();
    motion.observe(at({}), START);
    motion.observe(at({}, { log: [told(1, 0, false)] }), START + 10);
    const recovery = {
      number: 1,
      cause: '',
      taskManagerId: 'taskmanager-2',
      phases: { failed: 0, detected: 10, 'checkpoint-chosen': 12, restoring: 14, replaying: 100, running: 130 },
    };
    motion.observe(at({ recoveries: [recovery] }), START + 200);
    motion.advance(START + 1_150);
    expect(motion.dots.count).toBe(0);
    motion.observe(at({ recoveries: [recovery] }, { log: [told(1, 0, false), { ...told(2, 0, false), replayed: true }] }), START + 1_200);
    const dot = motion.dots.all.find((candidate) => candidate.alive)!;
    expect(dot.replayed).toBe(true);
    expect(dot.depart).toBeGreaterThanOrEqual(START + 200 + 2_800);
  });
});
