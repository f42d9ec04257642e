import { describe, expect, it } from 'vitest';
import { layoutOf } from '../model/layout.js';
import { subtaskKey } from '../model/placement.js';
import { routesOf } from '../model/routes.js';
import { geometry } from '../testing/geometry.js';
import { checkpoint, PROCESS, SINK, SOURCE, state } from '../testing/states.js';
import { planBarriers } from './barrier-plan.js';

const { engine } = state();
const layout = layoutOf(engine.jobs[0], engine.taskManagers);
const routes = routesOf(layout, geometry(layout), [17, 63, 95]);
const SPEED = 0.14;
const all = new Map([SOURCE, PROCESS, SINK].flatMap((id) => [0, 1, 2].map((i) => [subtaskKey(id, i), 1_000] as const)));

describe('a checkpoint as it is drawn', () => {
  const plan = planBarriers(checkpoint(166, 3), layout, routes, 1_000, all, SPEED);

  it('crosses every channel, with the records and not faster', () => {
    expect(plan.crossings).toHaveLength(12);
    for (const crossing of plan.crossings) expect(crossing.arrive - crossing.depart).toBeCloseTo(crossing.route.path.length / SPEED);
  });

  it('waits at each task for the barrier of every channel', () => {
    const into = plan.crossings.filter((crossing) => crossing.route.channel.target === subtaskKey(PROCESS, 1));
    const last = Math.max(...into.map((crossing) => crossing.arrive));
    for (const crossing of into) expect(crossing.absorbed).toBeGreaterThan(last);
    expect(plan.snapshots.get(subtaskKey(PROCESS, 1))).toBe(into[0]!.absorbed);
  });

  it('is acknowledged by all nine, sources first, and says how much slower it is drawn', () => {
    expect(plan.acks.size).toBe(9);
    expect(plan.acks.get(subtaskKey(SOURCE, 0))!).toBeLessThan(plan.acks.get(subtaskKey(PROCESS, 0))!);
    expect(plan.acks.get(subtaskKey(PROCESS, 0))!).toBeLessThan(plan.acks.get(subtaskKey(SINK, 0))!);
    expect(plan.end).toBeLessThan(1_000 + 10_000);
    expect(plan.slowdown).toBeCloseTo((plan.end - plan.start) / 58);
  });

  it('does not run ahead of a task that has not acknowledged', () => {
    const slow = checkpoint(166, 3, { status: 'IN_PROGRESS' });
    const task = slow.tasks[PROCESS]!;
    const tasks = { ...slow.tasks, [PROCESS]: { ...task, subtasks: [task.subtasks[0]!, null, task.subtasks[2]!] } };
    const going = planBarriers({ ...slow, tasks }, layout, routes, 1_000, all, SPEED);
    const into = going.crossings.filter((crossing) => crossing.route.channel.target === subtaskKey(PROCESS, 1));
    expect(into.map((crossing) => crossing.absorbed)).toEqual([Infinity, Infinity, Infinity]);
    expect(going.crossings.some((crossing) => crossing.route.channel.target === subtaskKey(SINK, 1))).toBe(false);
    expect(going.end).toBe(Number.POSITIVE_INFINITY);
  });

  it('overtakes only where in-flight data was persisted', () => {
    const base = checkpoint(166, 3);
    const task = base.tasks[PROCESS]!;
    const subtasks = task.subtasks.map((info) => ({ ...info!, unaligned: true, persistedData: info!.index === 1 ? 4_096 : 0 }));
    const unaligned = planBarriers(
      { ...base, tasks: { ...base.tasks, [PROCESS]: { ...task, subtasks } } },
      layout,
      routes,
      1_000,
      all,
      SPEED,
    );
    const overtaking = unaligned.crossings.filter((crossing) => crossing.overtakes);
    expect(new Set(overtaking.map((crossing) => crossing.route.channel.target))).toEqual(new Set([subtaskKey(PROCESS, 1)]));
    expect(overtaking).toHaveLength(3);
  });
});
