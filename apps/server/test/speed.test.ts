import type { AlertEntry } from '@weir/protocol';
import { afterEach, expect, it } from 'vitest';
import { PageClient } from '../src/testing/push-harness.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll } from './support/weir-process.js';
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

const speedOf = ({ mirror }: PageClient): number | undefined => {
  const source = mirror.state?.source;
  return source?.kind === 'simulated' ? source.speed : undefined;
};
const told = (page: PageClient): readonly AlertEntry[] => [...page.snapshotAlerts, ...page.alerts.flatMap(({ alerts }) => alerts)];

it('changes while it runs, outlives SIGKILL, and gives no event a second time stamp', async () => {
  const data = temporaryDirectory();
  const args = ['--seed', '77', '--event-interval', '2s', '--checkpoint-interval', '700ms'];
  const timestamps = new Map<string, number | null>();
  const note = (alerts: readonly Pick<AlertEntry, 'id' | 'timestamp'>[]): void => {
    for (const { id, timestamp } of alerts) {
      expect(timestamps.get(id) ?? timestamp).toBe(timestamp);
      timestamps.set(id, timestamp);
    }
  };
  let speed = 1;
  for (const next of [200, 20, 1_000, 50]) {
    const server = await new WeirServer(data, args).ready();
    const page = await open(server);
    expect(page.mirror.state?.source).toMatchObject({ kind: 'simulated', speed });
    speed = next;
    expect(await page.socket.emitWithAck('command', { id: 's', type: 'set-speed', speed })).toEqual({ ok: true });
    await server.must('the new speed to be shown', () => speedOf(page) === next);
    const from = page.alerts.length;
    await server.must('alerts, some of them pending', () => page.alerts.length > from + 5 && told(page).at(-1)?.status === 'pending');
    // One that is lost replays at the speed that was.
    expect(
      await page.socket.emitWithAck('command', { id: 'f', type: 'fail-taskmanager', taskManagerId: 'taskmanager-1', mode: 'crash' }),
    ).toEqual({ ok: true });
    await server.must('recovery', () => (page.mirror.state?.engine.jobs[0]?.recoveries[0]?.phases.running ?? 0) > 0);
    const again = page.alerts.length;
    await server.must('more alerts', () => page.alerts.length > again + 3);
    note(told(page));
    note(await server.alerts());
    await server.kill();
  }
  const last = await new WeirServer(data, args).ready();
  note(await last.alerts());
  expect(timestamps.size).toBeGreaterThan(20);
  expect(await last.stop()).toBe(0);
});

it('is refused where the source has none', async () => {
  const server = await new WeirServer(temporaryDirectory(), ['--source', 'load', '--rate', '100']).ready();
  const page = await open(server);
  expect(page.mirror.state?.source).not.toHaveProperty('speed');
  expect(await page.socket.emitWithAck('command', { id: 's', type: 'set-speed', speed: 5 })).toMatchObject({ ok: false, code: 'CONFLICT' });
  expect(await server.stop()).toBe(0);
});
