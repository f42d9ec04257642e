import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, expect, it } from 'vitest';
import { PageClient } from '../src/testing/push-harness.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll, run } from './support/weir-process.js';
import { WeirServer } from './support/weir-server.js';

const pages: PageClient[] = [];
afterEach(async () => {
  for (const { socket } of pages.splice(0)) socket.disconnect();
  await killAll();
  removeTemporaryDirectories();
});

async function open(server: WeirServer): Promise<PageClient> {
  const page = new PageClient(server.standing?.url ?? '', {});
  pages.push(page);
  await server.must('a snapshot', () => page.snapshots > 0);
  return page;
}

const jobOf = (page: PageClient) => page.mirror.state?.engine.jobs[0];

/** What the page shows and what REST says, where both speak of the same. */
async function bothSay(server: WeirServer, page: PageClient): Promise<readonly [unknown, unknown]> {
  const { counts } = await server.checkpoints();
  const rest = { state: await server.jobState(), counts, alerts: (await server.alerts()).length };
  const job = jobOf(page);
  const { inProgress, ...others } = job?.checkpoints.counts ?? {};
  const shown = { state: job?.state, counts: { ...others, in_progress: inProgress }, alerts: job?.committed['alert-sink'] ?? 0 };
  return [shown, rest];
}

const FAST = ['--seed', '77', '--event-interval', '100ms', '--checkpoint-interval', '400ms'];

it('shows failures and recoveries as they were, and ends at what REST says', async () => {
  const server = await new WeirServer(temporaryDirectory(), FAST).ready();
  const page = await open(server);
  const states = new Set<string>();
  const phases = new Set<string>();
  page.socket.on('delta', () => {
    states.add(jobOf(page)?.state ?? '');
    for (const phase of Object.keys(jobOf(page)?.recoveries[0]?.phases ?? {})) phases.add(phase);
  });
  await server.must('a checkpoint', () => (jobOf(page)?.checkpoints.counts.completed ?? 0) > 0);
  for (const command of [
    { type: 'fail-taskmanager', taskManagerId: 'taskmanager-2', mode: 'crash' },
    { type: 'fail-jobmanager' },
    { type: 'trigger-checkpoint' },
    { type: 'trigger-savepoint' },
  ] as const) {
    const restarts = jobOf(page)?.numRestarts ?? 0;
    expect(await page.socket.emitWithAck('command', { id: command.type, ...command })).toEqual({ ok: true });
    const failing = command.type.startsWith('fail');
    await server.must(`to be over ${command.type}`, () => {
      const job = jobOf(page);
      const runs = job?.vertices.every(({ subtasks }) => subtasks.every(({ state }) => state === 'RUNNING'));
      return job?.state === 'RUNNING' && runs && job.numRestarts === restarts + (failing ? 1 : 0);
    });
  }
  expect(states).toContain('RESTARTING');
  expect([...phases].sort()).toEqual(['checkpoint-chosen', 'detected', 'failed', 'replaying', 'restoring', 'running']);
  expect(page.results.every((result) => result === 'updated')).toBe(true);

  expect(await page.socket.emitWithAck('command', { id: 'cancel', type: 'cancel' })).toEqual({ ok: true });
  await server.must('the end', () => jobOf(page)?.state === 'CANCELED');
  expect(await page.socket.emitWithAck('command', { id: 'late', type: 'trigger-checkpoint' })).toMatchObject({
    ok: false,
    code: 'CONFLICT',
  });
  await server.must('page and REST to agree', async () => {
    const [shown, rest] = await bothSay(server, page);
    return isDeepStrictEqual(shown, rest);
  });
  // Each alert has been told, and the last word on each is what became of it.
  const told = new Map([...page.snapshotAlerts, ...page.alerts.flatMap(({ alerts }) => alerts)].map((alert) => [alert.id, alert]));
  const committed = [...told.values()].filter(({ status }) => status === 'committed').map(({ id, seq }) => [id, seq]);
  expect(Object.fromEntries(committed)).toEqual(Object.fromEntries((await server.alerts()).map(({ id, seq }) => [id, seq])));
  const lines = page.logs.flatMap((message) => message.lines);
  expect(lines.map(({ number }) => number)).toEqual(lines.map((_, i) => (lines[0]?.number ?? 0) + i));
  expect(lines.some(({ kind, replayed }) => kind === 'process' && replayed)).toBe(true);

  expect(await page.socket.emitWithAck('command', { id: 'start', type: 'start', from: 'latest' })).toEqual({ ok: true });
  await server.must('the next job', () => jobOf(page)?.state === 'RUNNING' && page.mirror.state?.engine.jobs.length === 2);
  expect(await server.stop()).toBe(0);
});

it('has after a restart of the server what was, and of each user the count that the engine has', async () => {
  const data = temporaryDirectory();
  const first = await new WeirServer(data, FAST).ready();
  const before = await open(first);
  // Long enough for figures to have been stored, and killed: nothing is said goodbye to.
  await sleep(20_000);
  await first.must('alerts', () => before.alerts.some(({ last }) => last > 2));
  const figures = before.mirror.state?.series.at ?? [];
  await first.kill();

  // No event comes any more: what is shown of each user can only be what was restored.
  const second = await new WeirServer(data, [...FAST, '--event-interval', '1h', '--checkpoint-interval', '1h']).ready();
  const page = await open(second);
  expect(page.mirror.state?.series.at.filter((at) => figures.includes(at - (at % 1))).length).toBeGreaterThan(0);
  expect(page.mirror.state?.series.at.at(0)).toBeLessThan((figures.at(-1) ?? 0) - 5_000);
  expect(page.snapshotAlerts.filter(({ status }) => status === 'committed').map(({ seq }) => seq)).toEqual(
    (await second.alerts()).slice(-200).map(({ seq }) => seq),
  );
  expect(jobOf(page)?.recoveries.length).toBeGreaterThan(0);
  expect(jobOf(page)?.checkpoints.history.length).toBeGreaterThan(10);
  await second.must(
    'the counts',
    () => page.mirror.state?.keys.length === 3 && page.mirror.state.keys.every(({ countKnown }) => countKnown),
  );
  const { length } = jobOf(page)?.checkpoints.history ?? [];
  expect(await page.socket.emitWithAck('command', { id: 'c', type: 'trigger-checkpoint' })).toEqual({ ok: true });
  await second.must(
    'its row',
    () => jobOf(page)?.checkpoints.history[0]?.status === 'COMPLETED' && jobOf(page)?.checkpoints.history.length !== length,
  );
  const { stdout } = await run(['checkpoint', 'show', jobOf(page)?.checkpoints.history[0]?.externalPath ?? '', '--json']);
  const counts = JSON.parse(stdout) as Record<string, { abnormalCount: number }>;
  const wanted = ['user1', 'user2', 'user3'].map((user, subtask) => [user, counts[user]?.abnormalCount, subtask]);
  // Figures come four times a second: those of the last replayed events may be under way.
  await second.must('the counts of the checkpoint', () =>
    isDeepStrictEqual(
      page.mirror.state?.keys.map(({ key, abnormalCount, subtask }) => [key, abnormalCount, subtask]),
      wanted,
    ),
  );
  expect(await second.stop()).toBe(0);
});
