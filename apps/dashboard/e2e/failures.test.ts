import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { alertsAgree, committedAlerts } from './support/alert-list.js';
import { figuresAgree } from './support/figures.js';
import { oracle } from './support/oracle.js';
import { readCut } from './support/savepoint.js';
import { TestServer } from './support/server.js';
import { closeBrowser, jobState, launch, openBrowser, type Visit, value, visit } from './support/visit.js';
import { inOrder, type Seen, watch } from './support/watch.js';

const GIVEN = { seed: 4711, abnormalRate: 0.5 };

/** In Korean: the words of a TaskManager's state are the seed's own. */
describe.skipIf(!launch)('failures are seen', () => {
  let server: TestServer;
  let there: Visit;
  let restarts = 0;
  beforeAll(async () => {
    server = await TestServer.start([
      ...['--seed', String(GIVEN.seed), '--abnormal-rate', String(GIVEN.abnormalRate), '--event-interval', '250ms'],
      ...['--checkpoint-interval', '1500ms', '-D', 'heartbeat.timeout=3s'],
    ]);
    await openBrowser();
    there = await visit(server.url, { locale: 'ko-KR' });
    await there.page.locator('[data-testid^="checkpoint-row-"][data-status="COMPLETED"]').first().waitFor();
  });
  afterAll(async () => {
    await there?.close();
    await closeBrowser();
    await server?.stop();
  });

  /** One more restart, three TaskManagers, and figures that are REST's. */
  const recovered = async () => {
    restarts += 1;
    await value(there.page, 'stat-restarts', 30_000).toBe(String(restarts));
    await jobState(there.page, 30_000).toBe('RUNNING');
    await value(there.page, 'stat-taskmanagers', 30_000).toBe('3');
    expect((await server.counts()).restored).toBe(restarts);
  };
  const statusesOf = async (seen: () => Promise<Seen>, n: number) => (await seen()).statuses[n] ?? [];

  it.each([1, 2, 3])('TaskManager %i crashes, is restarted, and is healthy with the next checkpoint', async (n) => {
    const { page } = there;
    const seen = await watch(page);
    await page.getByTestId(`fail-taskmanager-taskmanager-${n}`).click();
    await recovered();
    await expect
      .poll(() => statusesOf(seen, n), { timeout: 20_000 })
      .toSatisfy((all: string[]) => inOrder(all, ['healthy', 'failed', 'restarted', 'healthy']));
    for (const other of [1, 2, 3].filter((each) => each !== n))
      await expect
        .poll(() => statusesOf(seen, other), { timeout: 20_000 })
        .toSatisfy((all: string[]) => inOrder(all, ['healthy', 'recovering', 'recovered', 'healthy']) && !all.includes('failed'));
    await figuresAgree(page, server);
    if (n < 3) return;
    // Once: the page plays it slowly, six steps of 0.6 s at least.
    const timeline = page.getByTestId('recovery-timeline');
    await timeline.filter({ hasText: 'TaskManager 3' }).waitFor();
    await expect.poll(() => timeline.locator('ol li').last().textContent(), { timeout: 20_000 }).toMatch(/\d\d:\d\d:\d\d\.\d{3}/);
    await expect
      .poll(async () => (await seen()).said.join('\n'), { timeout: 20_000 })
      .toMatch(/장애.*TaskManager 3[\s\S]*복구를 마치고 정상 실행 중/);
  });

  it.each([1, 2, 3])('TaskManager %i hangs, is missed, and comes back as another attempt', async (n) => {
    const { page } = there;
    const seen = await watch(page);
    await page.getByTestId(`taskmanager-taskmanager-${n}`).getByRole('button', { expanded: false }).click();
    await page.getByTestId(`hang-taskmanager-taskmanager-${n}`).click();
    await recovered();
    await expect
      .poll(() => statusesOf(seen, n), { timeout: 20_000 })
      .toSatisfy((all: string[]) => inOrder(all, ['failed', 'restarted', 'healthy']));
    await figuresAgree(page, server);
  });

  it('the JobManager dies, another leads, and the job goes on', async () => {
    const { page } = there;
    await page.getByTestId('fail-jobmanager').click();
    await recovered();
    const { jobs } = await server.get<{ jobs: { state: string }[] }>('/jobs/overview');
    expect(jobs[0]?.state).toBe('RUNNING');
    await figuresAgree(page, server);
  });

  it('every count is that of an oracle, and every alert was shown once', async () => {
    const { page } = there;
    await page.getByTestId('trigger-savepoint').click();
    const latest = async () => {
      const { latest } = await server.get<{ latest: { savepoint: { external_path: string } | null } }>(
        `/jobs/${await server.jobId()}/checkpoints`,
      );
      return latest.savepoint?.external_path;
    };
    await expect.poll(latest, { timeout: 20_000 }).toBeDefined();
    const cut = await readCut((await latest()) ?? '');
    const committed = await committedAlerts(server);
    expect(cut.events.size).toBe(3);
    expect(cut.processed).toBe([...cut.events.values()].reduce((sum, events) => sum + events, 0));
    for (const [split, events] of cut.events) {
      const user = `user${split + 1}`;
      const expected = oracle(GIVEN, split, events);
      expect([user, cut.counts[user]]).toEqual([user, expected.abnormalCount]);
      expect(expected.alerts.length).toBeGreaterThan(3);
      // Later checkpoints may have committed more.
      const counts = committed.filter(({ userId }) => userId === user).map(({ count }) => count);
      expect(counts.slice(0, expected.alerts.length)).toEqual(expected.alerts.map(({ count }) => count));
    }
    expect(new Set(committed.map(({ id }) => id)).size).toBe(committed.length);
    expect(committed.map(({ seq }) => seq)).toEqual(committed.map((_, index) => index + 1));
    await alertsAgree(page, server);
    // While no JobManager leads REST answers 503: the page asks it for nothing but what a person opens.
    expect(there.troubles).toEqual([]);
  });
});
