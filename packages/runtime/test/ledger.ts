import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { JobInfo } from '@weir/protocol';
import type { JobConfiguration } from '@weir/runtime';
import { expect } from 'vitest';
import type { TestCluster } from './cluster.js';
import type { Entry, LedgerParameters } from './fixtures/ledger-job.js';

const module = fileURLToPath(new URL('./fixtures/ledger-job.ts', import.meta.url));

const ledgerParameters: Omit<LedgerParameters, 'directory'> = {
  sizes: [20_000, 20_000, 20_000],
  keys: 40,
  rate: 10_000,
  padding: 0,
  parallelism: 3,
  slowMs: 0,
  maxParallelism: 128,
  uid: 'numbering',
};

export function ledgerSubmission(
  cluster: TestCluster,
  parameters: Partial<LedgerParameters>,
  configuration: JobConfiguration,
  restoreFrom?: string,
) {
  return {
    module,
    parameters: { ...ledgerParameters, directory: cluster.output, ...parameters },
    configuration,
    ...(restoreFrom === undefined ? {} : { restoreFrom }),
  };
}

export async function submitLedger(
  cluster: TestCluster,
  parameters: Partial<LedgerParameters>,
  configuration: JobConfiguration,
  restoreFrom?: string,
): Promise<string> {
  await mkdir(cluster.output, { recursive: true });
  return (await cluster.engine.submitJob(ledgerSubmission(cluster, parameters, configuration, restoreFrom))).jobId;
}

/** See `takeOrder`. */
export async function order(cluster: TestCluster, name: string): Promise<void> {
  await mkdir(cluster.output, { recursive: true });
  await writeFile(join(cluster.output, name), '');
}

export async function ledgerLines(cluster: TestCluster): Promise<Entry[]> {
  const text = await readFile(join(cluster.output, 'lines.ndjson'), 'utf8').catch(() => '');
  return text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);
}

/** Every event once, in order per key. */
export async function expectWholeLedger(cluster: TestCluster, sizes = ledgerParameters.sizes, keys = ledgerParameters.keys): Promise<void> {
  const lines = await ledgerLines(cluster);
  const next = new Map<string, number>();
  const wrong: (Entry & { expected: number })[] = [];
  for (const line of lines) {
    const expected = (next.get(line.key) ?? 0) + 1;
    next.set(line.key, expected);
    if (line.count !== expected || Math.floor(line.sequence / keys) !== expected - 1) wrong.push({ ...line, expected });
  }
  expect(wrong.slice(0, 3)).toEqual([]);
  expect(lines.length).toBe(sizes.reduce((sum, size) => sum + size, 0));
}

export function completedIds(job: JobInfo): number[] {
  return job.checkpoints.history.filter(({ status }) => status === 'COMPLETED').map(({ id }) => id);
}
