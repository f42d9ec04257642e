import type { JobInfo } from '@weir/protocol';
import { expect, it } from 'vitest';
import type { JobRecord } from '../jobmanager/job-record.js';
import type { JobListing } from '../jobmanager/job-store.js';
import { storedJobs } from './stored-jobs.js';

const record = (jobId: string) =>
  ({ jobId, lineage: jobId, name: jobId, submittedAt: 1, parameters: { threshold: 4 }, configuration: {} }) as unknown as JobRecord;
const info = (id: string, state: JobInfo['state'], endTime = -1) => ({ id, state, endTime }) as JobInfo;

it('has what was submitted since the process began, newest first, before what was there', () => {
  const listed = [{ job: record('old'), result: { state: 'FINISHED', endTime: 5 } }] as unknown as JobListing[];
  const jobs = storedJobs(listed, [record('first'), record('second')], [info('second', 'RUNNING'), info('first', 'CANCELED', 9)]);
  expect(jobs.map(({ jobId, state, endTime }) => [jobId, state, endTime])).toEqual([
    ['second', 'RUNNING', -1],
    ['first', 'CANCELED', 9],
    ['old', 'FINISHED', 5],
  ]);
  expect(jobs[0]?.parameters).toEqual({ threshold: 4 });
});

it('tells a resumed job once, as it is now', () => {
  const listed = [{ job: record('a'), result: undefined }] as unknown as JobListing[];
  expect(storedJobs(listed, [record('a')], [info('a', 'CANCELED', 7)]).map(({ jobId, state }) => [jobId, state])).toEqual([
    ['a', 'CANCELED'],
  ]);
  expect(storedJobs(listed, [], []).map(({ state }) => state)).toEqual(['RUNNING']);
});

it('keeps what is damaged, as FAILED until --fresh', () => {
  const listed = [{ jobId: 'x', damage: new Error('torn') }] as unknown as JobListing[];
  expect(storedJobs(listed, [], [])).toMatchObject([{ jobId: 'x', state: 'FAILED', failure: 'torn', checkpointsDamaged: true }]);
});
