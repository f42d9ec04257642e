import { pathToFileURL } from 'node:url';
import type { JobDefinition } from '../api/job.js';
import { InvalidConfigurationError } from '../common/errors.js';

/** Imports a job's bundle; each thread does so once per content, since the file's name holds its hash. */
export async function loadJob(bundle: string): Promise<JobDefinition<unknown>> {
  const module = (await import(pathToFileURL(bundle).href)) as { readonly default?: Partial<JobDefinition<unknown>> };
  const definition = module.default;
  if (typeof definition?.build !== 'function' || typeof definition.parameters !== 'function' || typeof definition.name !== 'string') {
    throw new InvalidConfigurationError(`${bundle} is no job: its default export must be defineJob({ name, parameters, build }).`);
  }
  return definition as JobDefinition<unknown>;
}
