import type { EngineSnapshot } from '@weir/protocol';
import { expect, it } from 'vitest';
import { job, snapshot } from '../testing/snapshot.js';
import { ThroughputHistory } from './throughput-history.js';

const SOURCE = job().vertices[0].id;
const START = 1_000_000;

/** The seed job at a time, when its first source has emitted so much in its present attempt. */
function at(seconds: number, numRecordsOut: number, attempt = 0): EngineSnapshot {
  const [source, ...others] = job().vertices;
  const subtasks = source.subtasks.map((subtask) => ({ ...subtask, attempt, metrics: { ...subtask.metrics, numRecordsOut } }));
  return snapshot({ at: START + seconds * 1_000, jobs: [job({ vertices: [{ ...source, subtasks }, ...others] })] });
}

it('has a sample a second, made from counters', () => {
  const history = new ThroughputHistory();
  for (const [second, count] of [
    [0, 100],
    [0.25, 150],
    [1, 300],
    [1.5, 9_999],
    [3, 400],
  ] as const)
    history.accept(at(second, count));
  const { at: times, throughput } = history.series();
  expect(times).toEqual([START + 1_000, START + 3_000]);
  expect(Object.keys(throughput)).toEqual(job().vertices.flatMap(({ id, subtasks }) => subtasks.map(({ index }) => `${id}:${index}`)));
  expect(throughput[`${SOURCE}:0`]).toEqual([200, 50]);
  expect(history.series()).toBe(history.series());
});

it('takes a restarted task as counting from 0', () => {
  const history = new ThroughputHistory();
  history.accept(at(0, 100));
  history.accept(at(1, 20, 1));
  expect(history.series().throughput[`${SOURCE}:1`]).toEqual([20]);
});

it('thins what is older and forgets what is older than an hour', () => {
  const history = new ThroughputHistory();
  for (let second = 0; second <= 9_000; second++) history.accept(at(second, second * 10));
  const { at: times, throughput } = history.series();
  expect(times.length).toBeLessThan(1_200);
  expect(times.at(0)).toBeGreaterThan(START + (9_000 - 3_700) * 1_000);
  expect(times.at(-1)).toBe(START + 9_000_000);
  expect([...times].sort((a, b) => a - b)).toEqual(times);
  for (const [name, column] of Object.entries(throughput)) {
    expect(column).toHaveLength(times.length);
    if (!name.startsWith(SOURCE)) continue;
    expect(new Set(column)).toEqual(new Set([10]));
  }
});

it('goes on with what was stored', () => {
  const first = new ThroughputHistory();
  for (let second = 0; second <= 23; second++) first.accept(at(second, second * 10));
  const stored = first.takeUnsaved();
  expect(stored.map((sample) => sample.at)).toEqual([5, 10, 15, 20].map((second) => START + second * 1_000));
  expect(first.takeUnsaved()).toEqual([]);
  const second = new ThroughputHistory();
  second.accept(at(30, 0));
  second.accept(at(31, 10));
  second.restore(stored);
  expect(second.series().at).toEqual([...stored.map((sample) => sample.at), START + 31_000]);
  expect(second.takeUnsaved()).toEqual([]);
});

it('counts what comes into a task that is no source, and tells a job of many tasks by vertex', () => {
  const many = (second: number, parallelism: number): EngineSnapshot => {
    const vertices = job().vertices.map((vertex) => {
      const [first] = vertex.subtasks;
      const metrics = { ...first.metrics, numRecordsIn: second * 3, numRecordsOut: second * 2 };
      return { ...vertex, subtasks: Array.from({ length: parallelism }, (_, index) => ({ ...first, index, metrics })) };
    });
    return snapshot({ at: START + second * 1_000, jobs: [job({ vertices })] });
  };
  const rates = (parallelism: number) => {
    const history = new ThroughputHistory();
    for (const second of [0, 1]) history.accept(many(second, parallelism));
    return history.series().throughput;
  };
  const [source, process] = job().vertices.map(({ id }) => id);
  expect(rates(3)).toMatchObject({ [`${source}:2`]: [2], [`${process}:2`]: [3] });
  expect(rates(40)).toMatchObject({ [source]: [80], [process]: [120] });
});

it('knows nothing of a task where it had none', () => {
  const history = new ThroughputHistory();
  history.restore([{ at: START - 5_000, rates: { other: 4 } }]);
  history.accept(at(0, 0));
  history.accept(at(1, 7));
  const { throughput } = history.series();
  expect(throughput.other).toEqual([4, null]);
  expect(throughput[`${SOURCE}:0`]).toEqual([null, 7]);
});
