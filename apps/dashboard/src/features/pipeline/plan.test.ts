import { describe, expect, it } from 'vitest';
import { layoutOf } from '../machine/model/layout.js';
import { subtaskKey } from '../machine/model/placement.js';
import { routesOf } from '../machine/model/routes.js';
import { PROCESS, state } from '../machine/testing/states.js';
import { pipelinePlan, pipelineWay } from './plan.js';

function drawn(perTaskManager: number, turned: boolean) {
  const { engine } = state({ perTaskManager, slots: 3 * perTaskManager });
  const layout = layoutOf(engine.jobs[0], engine.taskManagers);
  const plan = pipelinePlan(layout, turned);
  return { layout, plan, routes: routesOf(layout, plan.geometry, [17, 63, 95], pipelineWay(layout)) };
}

describe.each([false, true])('the job graph by itself, turned %s', (turned) => {
  it('has a lane for each subtask, none over another', () => {
    const boxes = [...drawn(1, turned).plan.geometry.slots.values()].map((slot) => slot.box);
    expect(boxes).toHaveLength(9);
    for (const [i, a] of boxes.entries()) {
      for (const b of boxes.slice(i + 1))
        expect(a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top).toBe(true);
    }
  });

  it('draws every channel, each into its own place of the gate', () => {
    const { routes } = drawn(1, turned);
    expect(routes.byChannel.size).toBe(12);
    const into = [...routes.byChannel.values()].filter((route) => route.channel.target === subtaskKey(PROCESS, 1));
    const ends = into.map(({ path }) => (turned ? path.x : path.y)[path.count - 1]!);
    expect(new Set(ends).size).toBe(3);
    expect(Math.max(...ends) - Math.min(...ends)).toBeCloseTo(26);
  });

  it('lets a followed key cross at its own group', () => {
    const { routes } = drawn(1, turned);
    expect([...routes.byKeyGroup.keys()].some((key) => key.endsWith('#63'))).toBe(true);
  });

  it('stays within its bounds with many lanes', () => {
    const { plan } = drawn(4, turned);
    for (const { box } of plan.geometry.slots.values()) {
      expect(box.right).toBeLessThanOrEqual(plan.geometry.width);
      expect(box.bottom).toBeLessThanOrEqual(plan.geometry.height);
    }
  });
});
