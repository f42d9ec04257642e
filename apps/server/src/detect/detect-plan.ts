import { isDeepStrictEqual } from 'node:util';
import { RunError } from '../cli/usage-error.js';
import { asParameters, DEFAULT_THRESHOLD, type DetectionParameters, storedParameters } from '../detection-parameters.js';
import type { JobConfiguration, JobSubmission, StoredJob } from '../engine-types.js';
import { type Settings, withSettings } from '../settings.js';

export interface DetectRequest {
  readonly files: readonly string[];
  readonly format?: 'ndjson' | 'csv' | 'sshd';
  readonly key?: 'user' | 'ip';
  readonly threshold?: number;
  readonly outputPath: string;
  readonly workDirectory: string;
  readonly failEvery?: number;
  readonly settings: Settings;
}

export function detectSubmission(request: DetectRequest, defaults: JobConfiguration, module: string): JobSubmission {
  const { settings, failEvery } = request;
  const configured = withSettings(defaults, settings);
  // Often enough that each failure finds a checkpoint newer than the last restore.
  const interval =
    settings.checkpointInterval ?? (failEvery === undefined ? configured.checkpointing.interval : Math.max(1, Math.round(failEvery / 4)));
  const configuration: JobConfiguration = {
    ...configured,
    checkpointing: { ...configured.checkpointing, interval },
    // It would come again with the same input, for ever.
    failOnUserException: true,
  };
  const parameters: DetectionParameters = {
    source: {
      kind: 'files',
      files: request.files,
      key: request.key ?? 'user',
      ...(request.format === undefined ? {} : { format: request.format }),
    },
    threshold: request.threshold ?? DEFAULT_THRESHOLD,
    parallelism: configuration.parallelism,
    layout: 'pipeline',
    sink: { kind: 'file', path: request.outputPath, workDirectory: request.workDirectory },
  };
  return { module, parameters: asParameters(parameters), configuration };
}

/** An unfinished run can be finished by the same command alone: another input or output would give an answer to neither. */
export function checkSameRun(stored: StoredJob, submission: JobSubmission, dataDirectory: string): void {
  const before = storedParameters(stored.parameters);
  const now = storedParameters(submission.parameters);
  for (const [what, a, b] of [
    ['input', before.source, now.source],
    ['output', before.sink, now.sink],
    ['threshold', before.threshold, now.threshold],
  ] as const) {
    if (!isDeepStrictEqual(a, b)) {
      throw new RunError(
        `${dataDirectory} holds an unfinished run with another ${what}: finish it with the same command, or take another --data-dir`,
      );
    }
  }
}
