import { crc32 } from 'node:zlib';
import type { CheckpointingConfiguration, JobConfiguration, RestartStrategyConfiguration } from '../api/configuration.js';
import type { Parameters } from '../api/job.js';
import { anyObject, type Check, CheckError, finite, flag, integer, oneOf, optional, shape, text } from '../common/check.js';
import { isPlainName } from '../common/durable-files.js';

/** What `job.json` remembers of a job: all that it takes to run it again where it was. */
export interface JobRecord {
  readonly jobId: string;
  /** The id of the first job of its line. */
  readonly lineage: string;
  readonly name: string;
  readonly submittedAt: number;
  readonly parameters: Parameters;
  readonly configuration: JobConfiguration;
  /** Path of the module as it was submitted. */
  readonly module: string;
  /** The bundle made from it, and its hash. */
  readonly bundleFile: string;
  readonly bundleHash: string;
  /** Directory of the checkpoint or savepoint that it was started from. */
  readonly restoreFrom?: string;
  /** Up to which checkpoint of its lineage sinks had committed when it was started from there: what they commit later is its own. */
  readonly committedBefore?: number;
  /** No checkpoint of this job may have a lower id. Never gets smaller. */
  readonly nextCheckpointIdFloor: number;
}

/** What `result.json` says: the job has ended and must never run again. */
export interface JobResult {
  readonly state: 'FINISHED' | 'FAILED' | 'CANCELED';
  readonly endTime: number;
  readonly failure?: string;
  readonly checkpointsDamaged?: boolean;
}

const natural = integer(0, Number.MAX_SAFE_INTEGER);
/** -1: without limit. */
const countOrUnlimited = integer(-1, Number.MAX_SAFE_INTEGER);
const path = text(10_000);

const restartStrategy: Check<RestartStrategyConfiguration> = (value, at) => {
  const { kind } = shape<Pick<RestartStrategyConfiguration, 'kind'>>({
    kind: oneOf('none', 'fixed-delay', 'exponential-delay', 'failure-rate'),
  })(value, at);
  switch (kind) {
    case 'none':
      return { kind };
    case 'fixed-delay':
      return shape<Extract<RestartStrategyConfiguration, { kind: 'fixed-delay' }>>({
        kind: oneOf(kind),
        attempts: countOrUnlimited,
        delay: natural,
      })(value, at);
    case 'exponential-delay':
      return shape<Extract<RestartStrategyConfiguration, { kind: 'exponential-delay' }>>({
        kind: oneOf(kind),
        initialBackoff: natural,
        maxBackoff: natural,
        backoffMultiplier: finite,
        resetBackoffThreshold: natural,
        jitterFactor: finite,
      })(value, at);
    case 'failure-rate':
      return shape<Extract<RestartStrategyConfiguration, { kind: 'failure-rate' }>>({
        kind: oneOf(kind),
        maxFailuresPerInterval: natural,
        interval: natural,
        delay: natural,
      })(value, at);
  }
};

const configuration: Check<JobConfiguration> = shape<JobConfiguration>({
  parallelism: integer(1, 32_768),
  checkpointing: shape<CheckpointingConfiguration>({
    interval: natural,
    mode: oneOf('EXACTLY_ONCE', 'AT_LEAST_ONCE'),
    timeout: natural,
    minPause: natural,
    unaligned: flag,
    retained: integer(1, Number.MAX_SAFE_INTEGER),
    tolerableFailed: countOrUnlimited,
  }),
  stateBackend: oneOf('hashmap', 'disk'),
  restartStrategy,
  latencyTrackingInterval: natural,
  failOnUserException: flag,
});

export const checkJobRecord: Check<JobRecord> = shape<JobRecord>({
  jobId: text(200, { test: isPlainName, what: 'a job id' }),
  lineage: text(200),
  name: text(10_000),
  submittedAt: finite,
  parameters: anyObject,
  configuration,
  module: path,
  bundleFile: path,
  bundleHash: text(200),
  restoreFrom: optional(path),
  committedBefore: optional(natural),
  nextCheckpointIdFloor: natural,
});

export const checkJobResult: Check<JobResult> = shape<JobResult>({
  state: oneOf('FINISHED', 'FAILED', 'CANCELED'),
  endTime: finite,
  failure: optional(text(1_000_000)),
  checkpointsDamaged: optional(flag),
});

/** Version of the form of both files. 1: the first. */
const SCHEMA = 1;

/** Readable by people, with a checksum over the content as JSON writes it. */
export function encodeDocument<T>(content: T, check: Check<T>): Buffer {
  const checked = check(content, '');
  return Buffer.from(`${JSON.stringify({ schema: SCHEMA, crc32: checksumOf(checked), content: checked }, null, 2)}\n`);
}

/** Throws a `CheckError`. */
export function decodeDocument<T>(bytes: Uint8Array, check: Check<T>): T {
  let parsed: unknown;
  try {
    parsed = JSON.parse(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8'));
  } catch {
    throw new CheckError('it is not JSON');
  }
  const document = anyObject(parsed, '');
  if (document.schema !== SCHEMA) throw new CheckError(`it has schema ${String(document.schema)}; this version of Weir reads ${SCHEMA}`);
  if (document.crc32 !== checksumOf(document.content)) throw new CheckError('its checksum does not fit its content');
  return check(document.content, '');
}

function checksumOf(content: unknown): number {
  return crc32(JSON.stringify(content) ?? '');
}
