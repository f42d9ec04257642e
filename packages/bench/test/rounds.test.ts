import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import {
  type Contender,
  defaultWorkload,
  exitCodeOf,
  type Measurement,
  type Run,
  runBench,
  runOnce,
  WeirCommand,
  WeirEngine,
  type Workload,
} from '@weir/bench';
import { expect, test } from 'vitest';

const script = fileURLToPath(new URL('../../../scripts/bench.mjs', import.meta.url));
const workload: Workload = { ...defaultWorkload, keys: 30, abnormalRate: 0.5, count: 30_000, checkpointInterval: 200 };
const options = { json: true, quick: true, rounds: 2, only: [], profile: undefined, markdown: undefined, flink: false, jet: false };

const quietly = (): void => {};

/** Leaves one alert out in what it tells. */
function lying(honest: Contender): Contender {
  return {
    ...honest,
    name: 'liar',
    refuses: (given) => honest.refuses(given),
    start: async (given) => {
      const run = await honest.start(given);
      const finished = async () => {
        const { events, alerts } = await run.finished();
        return { events, alerts: alerts - 1 };
      };
      const of = (target: Run, name: string | symbol): unknown => {
        const member: unknown = Reflect.get(target, name);
        return typeof member === 'function' ? member.bind(target) : member;
      };
      return new Proxy(run, { get: (target, name) => (name === 'finished' ? finished : of(target, name)) });
    },
  };
}

const measuring = (contender: Contender): Measurement => ({
  name: 'test',
  title: 'Test',
  method: '',
  async round(bench, figures) {
    const { work } = await bench.run(contender, workload, async () => undefined);
    figures.value('alerts', work.alerts, '');
  },
});

test('a small run does what the oracle says, a crash in between or not', async () => {
  const { work, result, end } = await runOnce(
    new WeirEngine(),
    { ...workload, rate: 10_000, sink: 'latency', latencyFrom: 100 },
    async (run) => {
      while (!(await run.checkpoints()).some(({ status }) => status === 'COMPLETED'))
        await new Promise((resolve) => setTimeout(resolve, 20));
      await run.failTaskManager();
      return run.processes();
    },
    async (run) => ({ latencies: await run.latencies(), first: await run.firstAlerts() }),
  );
  expect(work.events).toEqual([10_000, 10_000, 10_000]);
  expect(work.alerts).toBeGreaterThan(1_000);
  expect(end.latencies).toHaveLength(3);
  expect(new Set(end.first.filter(({ attempt }) => attempt > 0).map(({ subtask }) => subtask))).toEqual(new Set([0, 1, 2]));
  // Nothing is left of it.
  for (const pid of result) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('a run without end is stopped where an oracle can follow', async () => {
  const { count: _, ...unbounded } = workload;
  const { work, result } = await runOnce(new WeirEngine(), { ...unbounded, keys: 1_000, skew: 'zipf' }, async (run) => {
    while ((await run.processed()) < 50_000) await new Promise((resolve) => setTimeout(resolve, 20));
    return run.processed();
  });
  expect(work.events).toHaveLength(3);
  expect(work.events.reduce((sum, each) => sum + each, 0)).toBeGreaterThanOrEqual(result);
});

test('weir start itself is stopped where an oracle can follow, and leaves nothing', async () => {
  const { count: _, ...unbounded } = workload;
  const { work, result } = await runOnce(new WeirCommand(), { ...unbounded, keys: 1_000 }, async (run) => {
    while ((await run.processed()) < 50_000) await new Promise((resolve) => setTimeout(resolve, 20));
    return run.processes();
  });
  expect(work.alerts).toBeGreaterThan(1_000);
  for (const pid of result) expect(() => process.kill(pid, 0)).toThrow('ESRCH');
});

test('rounds whose work was not equal are void, and the benchmark fails', async () => {
  const honest = await runBench(options, 'test', quietly, [measuring(new WeirEngine())]);
  expect(honest.measurements[0]?.figures[0]?.values).toHaveLength(2);
  expect(exitCodeOf(honest)).toBe(0);
  const unequal = await runBench(options, 'test', quietly, [measuring(lying(new WeirEngine()))]);
  expect(unequal.measurements[0]?.figures).toEqual([]);
  expect(unequal.measurements[0]?.voidRounds).toEqual([
    expect.stringMatching(/^liar: \d+ alerts of 30000 events instead of \d+$/),
    expect.anything(),
  ]);
  expect(exitCodeOf(unequal)).toBe(1);
});

test.each([
  [['--only', 'nothing'], 'there is no measurement nothing'],
  [['--rounds', '0'], '--rounds must be a whole number'],
  [['--wrong'], "Unknown option '--wrong'"],
])('%j is refused in one line', (args, message) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, [script, ...args], { encoding: 'utf8' });
  expect([status, stdout]).toEqual([2, '']);
  expect(stderr).toMatch(/^weir bench: [^\n]*\n$/);
  expect(stderr).toContain(message);
});
