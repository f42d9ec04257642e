import type { SinkParameters } from '@weir/detection';
import type { Parameters } from './engine-types.js';

export type { SinkParameters } from '@weir/detection';

/** Parameters of `@weir/detection/job` as the server writes them: it leaves out what the job completes itself (the default seed). */
export interface DetectionParameters {
  readonly source: SourceParameters;
  readonly threshold: number;
  readonly parallelism: number;
  /** seed: a slot sharing group per operator, user k on TaskManager k, as in the seed's diagram. pipeline: one slot holds a whole pipeline. */
  readonly layout: 'seed' | 'pipeline';
  readonly sink: SinkParameters;
}

export type SourceParameters =
  | {
      readonly kind: 'simulated';
      readonly intervalMs: number;
      readonly abnormalRate: number;
      readonly seed?: number;
      /** Added at each submission: it is the data directory's. */
      readonly speedDirectory?: string;
    }
  | { readonly kind: 'load'; readonly keys: number; readonly rate: number; readonly abnormalRate: number; readonly seed?: number }
  | {
      readonly kind: 'files';
      readonly files: readonly string[];
      readonly format?: 'ndjson' | 'csv' | 'sshd';
      readonly key: 'user' | 'ip';
      /** One file that grows and is rotated. */
      readonly follow?: boolean;
    }
  /** `from`: number of the event of the ingest log that a job without state begins with. */
  | { readonly kind: 'http'; readonly directory: string; readonly key: 'user' | 'ip'; readonly from: number };

export const DEFAULT_THRESHOLD = 3;
export const DEFAULT_ABNORMAL_RATE = 0.3;
export const DEFAULT_EVENT_INTERVAL = 5_000;
export const DEFAULT_KEYS = 1_000;

/** To the engine they are plain data of no known shape. */
export function asParameters(parameters: DetectionParameters): Parameters {
  return { ...parameters };
}

/** Parameters that a data directory remembers: written by `asParameters` of this or an earlier version. */
export function storedParameters(parameters: Parameters): DetectionParameters {
  return parameters as unknown as DetectionParameters;
}
