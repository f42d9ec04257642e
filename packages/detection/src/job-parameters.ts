import { isAbsolute } from 'node:path';
import type { FileSourceOptions, IngestSourceOptions, LoadSourceOptions, RandomUserEventSourceOptions } from '@weir/connectors';
import { InvalidConfigurationError, type Parameters } from '@weir/runtime';
import { ParameterReader } from './parameters.js';

/** The seed unless another is given: with it all three users raise an alert soon. A test says how soon. */
export const DEFAULT_SEED = 1245;

/** Lists its own options; all of it is plain data, kept with the job. */
export type SourceParameters =
  | ({ readonly kind: 'simulated' } & RandomUserEventSourceOptions)
  | ({ readonly kind: 'load' } & LoadSourceOptions)
  /** `follow`: one file, which grows and is rotated; else files that end. */
  | ({ readonly kind: 'files'; readonly follow?: boolean } & FileSourceOptions)
  | ({ readonly kind: 'http' } & IngestSourceOptions);

export type SinkParameters =
  | { readonly kind: 'alert-log'; readonly directory: string }
  | { readonly kind: 'file'; readonly path: string; readonly workDirectory: string };

export interface JobParameters {
  readonly source: SourceParameters;
  readonly threshold: number;
  readonly parallelism: number;
  /** `seed`: each operator in slots of its own, as in the seed system's picture; `pipeline`: a slot holds all of it. */
  readonly layout: 'seed' | 'pipeline';
  readonly sink: SinkParameters;
}

const LARGEST = Number.MAX_SAFE_INTEGER;
/** Below this interval nobody can read one line per event. */
const SHORTEST_LOGGED_INTERVAL = 100;

export function readParameters(given: Parameters): JobParameters {
  const reader = new ParameterReader(given);
  const parameters: JobParameters = {
    source: readSource(reader.object('source', { kind: 'simulated' })),
    threshold: reader.number('threshold', { min: 1, max: 2 ** 31 - 1, integer: true }, 3),
    parallelism: reader.number('parallelism', { min: 1, max: 32_768, integer: true }, 3),
    layout: reader.oneOf('layout', ['seed', 'pipeline'], 'seed'),
    sink: readSink(reader.object('sink')),
  };
  reader.done();
  return parameters;
}

function readSource(reader: ParameterReader): SourceParameters {
  const kind = reader.oneOf('kind', ['simulated', 'load', 'files', 'http']);
  const read = { simulated: readSimulated, load: readLoad, files: readFiles, http: readHttp }[kind ?? 'simulated'];
  const source = read(reader);
  reader.done();
  return source;
}

function readSimulated(reader: ParameterReader): SourceParameters {
  const intervalMs = reader.number('intervalMs', { min: 1, max: LARGEST, integer: true }, 5_000);
  const speedDirectory = reader.optionalString('speedDirectory');
  if (speedDirectory !== undefined && !isAbsolute(speedDirectory))
    throw new InvalidConfigurationError(`source.speedDirectory must be an absolute path, not ${speedDirectory}`);
  return {
    kind: 'simulated',
    intervalMs,
    ...readRandom(reader),
    logEvents: reader.boolean('logEvents', intervalMs >= SHORTEST_LOGGED_INTERVAL),
    ...(speedDirectory === undefined ? {} : { speedDirectory }),
  };
}

function readLoad(reader: ParameterReader): SourceParameters {
  const count = reader.number('count', { min: 0, max: LARGEST, integer: true });
  return {
    kind: 'load',
    keys: reader.number('keys', { min: 1, max: 2 ** 32 - 1, integer: true }, 1_000),
    rate: reader.number('rate', { min: 0, max: LARGEST }, 0),
    ...readRandom(reader),
    ...(count === undefined ? {} : { count }),
  };
}

function readRandom(reader: ParameterReader): { abnormalRate: number; seed: number; startTime?: number } {
  const startTime = reader.number('startTime', { min: -LARGEST, max: LARGEST, integer: true });
  return {
    abnormalRate: reader.number('abnormalRate', { min: 0, max: 1 }, 0.3),
    seed: reader.number('seed', { min: -LARGEST, max: LARGEST, integer: true }, DEFAULT_SEED),
    ...(startTime === undefined ? {} : { startTime }),
  };
}

function readFiles(reader: ParameterReader): SourceParameters {
  const files = reader.strings('files');
  const relative = files.find((path) => !isAbsolute(path));
  if (relative !== undefined) throw new InvalidConfigurationError(`source.files must be absolute paths, not ${relative}`);
  const follow = reader.boolean('follow', false);
  if (follow && files.length > 1) throw new InvalidConfigurationError(`source.follow takes one file, not ${files.length}`);
  const format = reader.oneOf('format', ['ndjson', 'csv', 'sshd']);
  const key = reader.oneOf('key', ['user', 'ip'], 'user');
  return { kind: 'files', files, key, ...(follow ? { follow } : {}), ...(format === undefined ? {} : { format }) };
}

function readHttp(reader: ParameterReader): SourceParameters {
  const directory = reader.string('directory');
  if (!isAbsolute(directory)) throw new InvalidConfigurationError(`source.directory must be an absolute path, not ${directory}`);
  const key = reader.oneOf('key', ['user', 'ip'], 'user');
  return { kind: 'http', directory, key, from: reader.number('from', { min: 0, max: LARGEST, integer: true }, 0) };
}

function readSink(reader: ParameterReader): SinkParameters {
  const kind = reader.oneOf('kind', ['alert-log', 'file']) ?? 'alert-log';
  const absolute = (name: string): string => {
    const path = reader.string(name);
    if (!isAbsolute(path)) throw new InvalidConfigurationError(`sink.${name} must be an absolute path, not ${path}`);
    return path;
  };
  const sink: SinkParameters =
    kind === 'file'
      ? { kind, path: absolute('path'), workDirectory: absolute('workDirectory') }
      : { kind, directory: absolute('directory') };
  reader.done();
  return sink;
}
