import { describe, expect, it } from 'vitest';
import { job, metrics, SINK, SOURCE, state, subtask, taskManager, vertex } from '../testing/states.js';
import { layoutOf } from './layout.js';

describe('the plan of the machine', () => {
  it('puts the seed job in three columns and three rows, with nine channels into the keyed vertex and three into the sinks', () => {
    const { engine } = state();
    const layout = layoutOf(engine.jobs[0], engine.taskManagers);
    expect(layout.columns.map((column) => column.vertices[0]!.name)).toEqual([
      'RandomUserEventSource',
      'AbnormalCountProcess',
      'AlertSink',
    ]);
    expect(layout.columns.map((column) => column.exchangeAfter)).toEqual([true, false, false]);
    expect(layout.rows.map((row) => row.cells.map((cell) => cell.subtasks.map((each) => each.slot)))).toEqual([
      [[1], [2], [3]],
      [[4], [5], [6]],
      [[7], [8], [9]],
    ]);
    expect(layout.channels.filter((channel) => channel.edge.strategy === 'HASH')).toHaveLength(9);
    expect(layout.channels.filter((channel) => channel.edge.strategy === 'FORWARD')).toHaveLength(3);
    expect(layout.zoom).toBe('near');
  });

  it('has one gate, with the key groups that Flink gives each subtask', () => {
    const { engine } = state();
    const [gate, ...more] = layoutOf(engine.jobs[0], engine.taskManagers).gates;
    expect(more).toEqual([]);
    expect(gate!.ranges).toEqual([
      { start: 0, end: 34 },
      { start: 35, end: 68 },
      { start: 69, end: 102 },
    ]);
  });

  it('stacks subtasks that share a TaskManager', () => {
    const { engine } = state({ perTaskManager: 3, slots: 3 });
    const layout = layoutOf(engine.jobs[0], engine.taskManagers);
    expect(layout.rows.map((row) => row.lanes)).toEqual([3, 3, 3]);
    expect(layout.rows[1]!.cells[0]!.subtasks.map((each) => each.subtask.index)).toEqual([3, 4, 5]);
    expect(layout.zoom).toBe('middle');
  });

  it('leaves a task that lost its slot where it was', () => {
    const before = state();
    const layout = layoutOf(before.engine.jobs[0], before.engine.taskManagers);
    const without = job();
    const lost = {
      ...without,
      vertices: without.vertices.map((each) => ({
        ...each,
        subtasks: each.subtasks.map((old) => ({
          index: old.index,
          attempt: 1,
          state: 'SCHEDULED' as const,
          timestamps: old.timestamps,
          metrics: metrics(),
        })),
      })),
    };
    const after = layoutOf(lost, before.engine.taskManagers, layout.places);
    expect(after.rows.map((row) => row.cells.map((cell) => cell.subtasks[0]!.key))).toEqual(
      layout.rows.map((row) => row.cells.map((cell) => cell.subtasks[0]!.key)),
    );
  });

  it('keeps the places of a job whose executions a new JobManager does not know yet', () => {
    const { engine } = state();
    const layout = layoutOf(engine.jobs[0], engine.taskManagers);
    const bare = { ...job(), vertices: job().vertices.map((each) => ({ ...each, subtasks: [] })) };
    const after = layoutOf(bare, engine.taskManagers, layout.places);
    expect(after.rows.map((row) => row.cells.map((cell) => cell.subtasks[0]!.slot))).toEqual([
      [1, 2, 3],
      [4, 5, 6],
      [7, 8, 9],
    ]);
  });

  it('draws 64 TaskManagers from afar and does not make a channel for each pair', () => {
    const { engine } = state({ taskManagers: 64, perTaskManager: 5, slots: 16, maxParallelism: 512 });
    const layout = layoutOf(engine.jobs[0], engine.taskManagers);
    expect(layout.zoom).toBe('far');
    expect(layout.rows).toHaveLength(64);
    expect(layout.channels.some((channel) => channel.edge.strategy === 'HASH')).toBe(false);
  });

  it('takes a graph with two sources, a join and a side branch', () => {
    const at = (id: string, input?: readonly [string, 'FORWARD' | 'HASH' | 'REBALANCE']) =>
      vertex(id, id, input === undefined ? 'source' : 'operator', [subtask(0, 'taskmanager-1', 1, 'RUNNING', metrics())], input);
    const join = {
      ...at('join', ['one', 'HASH']),
      inputs: [
        { sourceVertexId: 'one', shipStrategy: 'HASH' as const },
        { sourceVertexId: 'two', shipStrategy: 'HASH' as const },
      ],
    };
    const vertices = [at('one'), at('two'), join, at('late', ['join', 'REBALANCE']), at('end', ['late', 'FORWARD'])];
    const layout = layoutOf({ ...job(), vertices }, [taskManager(1, 3)]);
    expect(layout.columns.map((column) => column.vertices.map((each) => each.id))).toEqual([['one', 'two'], ['join'], ['late'], ['end']]);
    expect(layout.gates).toHaveLength(2);
    expect(layout.rows[0]!.cells[0]!.subtasks.map((each) => each.vertex.id)).toEqual(['one', 'two']);
  });

  it('shows TaskManagers alone where there is no job', () => {
    const layout = layoutOf(undefined, [taskManager(2, 3), taskManager(1, 3)]);
    expect(layout.columns).toEqual([]);
    expect(layout.rows.map((row) => row.taskManager.id)).toEqual(['taskmanager-1', 'taskmanager-2']);
  });

  it('names roles by what a vertex is in the graph', () => {
    const { engine } = state();
    const { roles } = layoutOf(engine.jobs[0], engine.taskManagers);
    expect([roles.get(SOURCE), roles.get(SINK)]).toEqual(['source', 'sink']);
  });
});
