import { dirname, join } from 'node:path';
import type { startOptions } from './cli/options/start-options.js';
import type { Given } from './cli/parser.js';
import { localPath } from './cli/paths.js';
import { UsageError } from './cli/usage-error.js';
import {
  asParameters,
  DEFAULT_ABNORMAL_RATE,
  DEFAULT_EVENT_INTERVAL,
  DEFAULT_KEYS,
  DEFAULT_THRESHOLD,
  type DetectionParameters,
  type SinkParameters,
  type SourceParameters,
  storedParameters,
} from './detection-parameters.js';
import type { JobConfiguration, JobSubmission, StoredJob } from './engine-types.js';
import { type Settings, withSettings } from './settings.js';

export type StartGiven = Given<typeof startOptions>;

/** What a job runs with: stored with it, and the ground that newly given options are laid on. */
export interface JobPlan {
  readonly parameters: DetectionParameters;
  readonly configuration: JobConfiguration;
}

const SOURCE_OPTIONS = {
  simulated: ['eventInterval', 'abnormalRate', 'seed'],
  load: ['keys', 'rate', 'abnormalRate', 'seed'],
  files: ['format', 'key', 'follow'],
  http: ['key'],
} as const;

/** The seed system's job. */
export function defaultPlan(configuration: JobConfiguration, sink: SinkParameters): JobPlan {
  const source = { kind: 'simulated', intervalMs: DEFAULT_EVENT_INTERVAL, abnormalRate: DEFAULT_ABNORMAL_RATE } as const;
  return {
    parameters: { source, threshold: DEFAULT_THRESHOLD, parallelism: configuration.parallelism, layout: 'seed', sink },
    configuration,
  };
}

/** What a stored job runs with in the data directory whose alerts are in `alerts`: it may have been moved since. */
export function storedPlan({ parameters, configuration }: Pick<StoredJob, 'parameters' | 'configuration'>, alerts: string): JobPlan {
  const stored = storedParameters(parameters);
  const sink: SinkParameters = stored.sink.kind === 'alert-log' ? { ...stored.sink, directory: alerts } : stored.sink;
  const source: SourceParameters = stored.source.kind === 'http' ? { ...stored.source, directory: ingestDirectory(sink) } : stored.source;
  return { parameters: { ...stored, source, sink }, configuration };
}

/** `base` with everything in its place that was given. Throws `UsageError` for options that do not go together. */
export function applyGiven(base: JobPlan, given: StartGiven, settings: Settings): JobPlan {
  const configuration = withSettings(base.configuration, settings);
  return {
    configuration,
    parameters: {
      ...base.parameters,
      source: applySource(base.parameters.source, given, base.parameters.sink),
      threshold: given.threshold ?? base.parameters.threshold,
      parallelism: configuration.parallelism,
    },
  };
}

export function submission({ parameters, configuration }: JobPlan, module: string, speedDirectory: string): JobSubmission {
  const { source } = parameters;
  const given = source.kind === 'simulated' ? { ...parameters, source: { ...source, speedDirectory } } : parameters;
  return { module, parameters: asParameters(given), configuration };
}

function applySource(stored: SourceParameters, given: StartGiven, sink: SinkParameters): SourceParameters {
  const base = chosenSource(stored, given, sink);
  const foreign = Object.keys(SOURCE_OPTIONS).flatMap((kind) => SOURCE_OPTIONS[kind as keyof typeof SOURCE_OPTIONS]);
  for (const option of foreign) {
    if (given[option] !== undefined && !(SOURCE_OPTIONS[base.kind] as readonly string[]).includes(option)) {
      throw new UsageError(
        `--${option.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)} does not go with the source "${base.kind === 'files' ? 'file' : base.kind}"`,
      );
    }
  }
  const seed = given.seed ?? ('seed' in base ? base.seed : undefined);
  const seeded = seed === undefined ? {} : { seed };
  switch (base.kind) {
    case 'simulated':
      return {
        ...base,
        intervalMs: given.eventInterval ?? base.intervalMs,
        abnormalRate: given.abnormalRate ?? base.abnormalRate,
        ...seeded,
      };
    case 'load':
      return {
        ...base,
        keys: given.keys ?? base.keys,
        rate: given.rate ?? base.rate,
        abnormalRate: given.abnormalRate ?? base.abnormalRate,
        ...seeded,
      };
    case 'http':
      return { ...base, key: given.key ?? base.key };
    case 'files': {
      const format = given.format ?? base.format;
      const follow = given.follow ?? base.follow;
      return { ...base, key: given.key ?? base.key, ...(format === undefined ? {} : { format }), ...(follow ? { follow } : {}) };
    }
  }
}

/** The stored source unless another is asked for. */
function chosenSource(stored: SourceParameters, { source }: StartGiven, sink: SinkParameters): SourceParameters {
  switch (source?.kind) {
    case 'file': {
      const path = localPath(source.path, '--source');
      return stored.kind === 'files' ? { ...stored, files: [path] } : { kind: 'files', files: [path], key: 'user' };
    }
    case 'simulated':
      return stored.kind === 'simulated'
        ? stored
        : { kind: 'simulated', intervalMs: DEFAULT_EVENT_INTERVAL, abnormalRate: DEFAULT_ABNORMAL_RATE };
    case 'load':
      return stored.kind === 'load' ? stored : { kind: 'load', keys: DEFAULT_KEYS, rate: 0, abnormalRate: DEFAULT_ABNORMAL_RATE };
    case 'http':
      return stored.kind === 'http' ? stored : { kind: 'http', directory: ingestDirectory(sink), key: 'user', from: 0 };
    default:
      return stored;
  }
}

/** The ingest log stands beside the alert log, in the data directory. */
function ingestDirectory(sink: SinkParameters): string {
  return join(dirname(sink.kind === 'alert-log' ? sink.directory : sink.workDirectory), 'ingest');
}
