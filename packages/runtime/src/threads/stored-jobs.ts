import type { JobInfo } from '@weir/protocol';
import type { JobRecord } from '../jobmanager/job-record.js';
import type { JobListing } from '../jobmanager/job-store.js';
import type { StoredJob } from './engine-api.js';

const NO_CONFIGURATION: JobRecord['configuration'] = {
  parallelism: 1,
  checkpointing: { interval: 0, mode: 'EXACTLY_ONCE', timeout: 0, minPause: 0, unaligned: false, retained: 1, tolerableFailed: -1 },
  stateBackend: 'hashmap',
  restartStrategy: { kind: 'none' },
  latencyTrackingInterval: 0,
  failOnUserException: false,
};

/**
 * The jobs that the data directory knows, newest first: those it had when this process began (`listed`), and those that were submitted or resumed since
 * (`submitted`, oldest first), whose state is that of the engine.
 */
export function storedJobs(listed: readonly JobListing[], submitted: readonly JobRecord[], jobs: readonly JobInfo[]): readonly StoredJob[] {
  const here = new Set(submitted.map(({ jobId }) => jobId));
  const since = submitted.map((record) => storedJob(record, outcomeOf(jobs.find(({ id }) => id === record.jobId))));
  const before = listed.flatMap((listing) => {
    if (listing.damage !== undefined) return [damagedJob(listing.jobId, listing.damage.message)];
    return here.has(listing.job.jobId) ? [] : [storedJob(listing.job, listing.result ?? { state: 'RUNNING', endTime: -1 })];
  });
  return [...since.reverse(), ...before];
}

type Outcome = Pick<StoredJob, 'state' | 'endTime' | 'failure' | 'checkpointsDamaged'>;

function storedJob({ jobId, lineage, name, submittedAt, parameters, configuration }: JobRecord, outcome: Outcome): StoredJob {
  return { jobId, lineage, name, submittedAt, parameters, configuration, ...outcome };
}

function outcomeOf(job: JobInfo | undefined): Outcome {
  if (job?.state !== 'FINISHED' && job?.state !== 'FAILED' && job?.state !== 'CANCELED') return { state: 'RUNNING', endTime: -1 };
  return { state: job.state, endTime: job.endTime, ...(job.failure === undefined ? {} : { failure: job.failure }) };
}

function damagedJob(jobId: string, failure: string): StoredJob {
  return {
    jobId,
    lineage: jobId,
    name: '',
    submittedAt: 0,
    parameters: {},
    configuration: NO_CONFIGURATION,
    state: 'FAILED',
    endTime: 0,
    failure,
    checkpointsDamaged: true,
  };
}
