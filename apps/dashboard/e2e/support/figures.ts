import type { Page } from 'playwright-core';
import { expect } from 'vitest';
import type { TestServer } from './server.js';

/** What the page says in figures, each as `name: value`, so that a difference can be read. */
type Figures = readonly string[];

const TITLES = ['Source', 'Process', 'Sink'];
const bytes = (value: number) => `${value.toLocaleString('en-US')} B`;

function shown(page: Page): Promise<Figures> {
  return page.evaluate(() => {
    const all = (selector: string) => [...document.querySelectorAll<HTMLElement>(selector)];
    const cells = (row: HTMLElement) => [...row.querySelectorAll('td')];
    const text = (element: Element | undefined) => element?.textContent?.trim() ?? '';
    return [
      ...all('[data-testid^="stat-"]').map(({ dataset }) => `${dataset.testid}: ${dataset.value}`),
      ...all('[data-testid^="checkpoint-row-"]').map((row) => {
        const [, , duration, size] = cells(row);
        const { testid, status } = row.dataset;
        return [testid, status, ...(status === 'IN_PROGRESS' ? [] : [duration?.title, size?.title])].join(' · ');
      }),
      ...all('#tasks tbody tr[aria-rowindex]').map((row) => {
        const [task, state, attempt, place, recordsIn, recordsOut, , , part] = cells(row);
        return `${text(task)}: ${[text(state), text(attempt), text(place).split(' · ')[0], recordsIn?.title, recordsOut?.title, part?.title].join(' · ')}`;
      }),
    ];
  });
}

interface Rest {
  readonly overview: { readonly taskmanagers: number; readonly 'slots-total': number; readonly 'slots-available': number };
  readonly checkpoints: {
    readonly counts: { readonly completed: number; readonly failed: number };
    readonly latest: { readonly completed: { readonly id: number } | null };
    readonly history: readonly {
      readonly id: number;
      readonly status: string;
      readonly end_to_end_duration: number;
      readonly checkpointed_size: number;
    }[];
  };
  readonly vertex: {
    readonly subtasks: readonly {
      readonly subtask: number;
      readonly status: string;
      readonly attempt: number;
      readonly 'taskmanager-id': string;
      readonly metrics: { readonly 'read-records': number; readonly 'write-records': number };
    }[];
  };
  readonly parts: { readonly subtasks: readonly { readonly checkpointed_size: number }[] };
}

async function told(server: TestServer): Promise<Figures> {
  const job = `/jobs/${await server.jobId()}`;
  const [overview, checkpoints, { vertices }, [restarts], { last }] = await Promise.all([
    server.get<Rest['overview']>('/overview'),
    server.get<Rest['checkpoints']>(`${job}/checkpoints`),
    server.get<{ vertices: { id: string }[] }>(job),
    server.get<{ value: string }[]>(`${job}/metrics?get=numRestarts`),
    server.get<{ last: number }>('/api/alerts?limit=1'),
  ]);
  const { counts, history, latest } = checkpoints;
  const tasks = await Promise.all(
    vertices.map(async ({ id }, column) => {
      const [{ subtasks }, parts] = await Promise.all([
        server.get<Rest['vertex']>(`${job}/vertices/${id}`),
        latest.completed === null
          ? undefined
          : server.get<Rest['parts']>(`${job}/checkpoints/details/${latest.completed.id}/subtasks/${id}`),
      ]);
      return subtasks.map(({ subtask, status, attempt, metrics, ...rest }) => {
        const records = [metrics['read-records'], metrics['write-records']].map((count) => count.toLocaleString('en-US'));
        const part = parts?.subtasks[subtask]?.checkpointed_size;
        const name = rest['taskmanager-id'].replace('taskmanager-', 'TaskManager ');
        return `${TITLES[column]} ${subtask + 1}: ${[status, attempt + 1, name, ...records, part === undefined ? '—' : bytes(part)].join(' · ')}`;
      });
    }),
  );
  return [
    `stat-taskmanagers: ${overview.taskmanagers}`,
    `stat-slots-total: ${overview['slots-total']}`,
    `stat-slots-available: ${overview['slots-available']}`,
    `stat-restarts: ${restarts?.value}`,
    `stat-alerts: ${last}`,
    `stat-checkpoints-completed: ${counts.completed}`,
    `stat-checkpoints-failed: ${counts.failed}`,
    ...history.map(({ id, status, end_to_end_duration: duration, checkpointed_size: size }) =>
      [`checkpoint-row-${id}`, status, ...(status === 'IN_PROGRESS' ? [] : [`${Math.round(duration)} ms`, bytes(size)])].join(' · '),
    ),
    ...tasks.flat(),
  ];
}

/** The first page's figures, rows of checkpoints and rows of tasks are REST's answers. Both move on, so at one moment, not at each. */
export async function figuresAgree(page: Page, server: TestServer): Promise<void> {
  const differences = async () => {
    const [page_, rest] = await Promise.all([shown(page), told(server)]);
    return [
      ...page_.filter((line) => !rest.includes(line)).map((line) => `page ${line}`),
      ...rest.filter((line) => !page_.includes(line)).map((line) => `REST ${line}`),
    ];
  };
  await expect.poll(differences, { timeout: 20_000, interval: 60 }).toEqual([]);
}
