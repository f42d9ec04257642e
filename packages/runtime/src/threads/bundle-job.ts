import { createHash } from 'node:crypto';
import { mkdir, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { build, stop } from 'esbuild';
import { InvalidConfigurationError } from '../common/errors.js';

export interface JobBundle {
  readonly file: string;
  readonly hash: string;
}

/**
 * Makes one ES module of a job and all that it imports, named by its content. Rejects with an `InvalidConfigurationError` that carries the bundler's own
 * words, with file and line, if that fails.
 */
export function bundleJob(module: string, directory: string): Promise<JobBundle> {
  const bundle = underWay.then(() => bundleNow(module, directory));
  underWay = bundle.catch(() => {});
  return bundle;
}

/** One after the other: the end of one takes the bundler's process away. */
let underWay: Promise<unknown> = Promise.resolve();

async function bundleNow(module: string, directory: string): Promise<JobBundle> {
  const result = await build({
    entryPoints: [module],
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    logLevel: 'silent',
    // Packages that are CommonJS inside call require for Node's own modules.
    banner: { js: "import { createRequire as __createRequire } from 'node:module'; const require = __createRequire(import.meta.url);" },
  }).catch((error: { readonly message?: string }) => {
    throw new InvalidConfigurationError(`the job ${module} cannot be bundled: ${error.message ?? 'unknown reason'}`);
  });
  // Its process would stay for the life of ours, at 20 MB; the next bundle starts another in a few milliseconds.
  await stop();
  const code = result.outputFiles[0]?.contents ?? new Uint8Array();
  const hash = createHash('sha256').update(code).digest('hex').slice(0, 16);
  const file = join(directory, `job-${hash}.mjs`);
  if ((await stat(file).catch(() => undefined)) === undefined) {
    await mkdir(directory, { recursive: true });
    const temporary = `${file}.${process.pid}.tmp`;
    await writeFile(temporary, code);
    await rename(temporary, file);
  }
  return { file, hash };
}
