import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { constants } from 'node:os';
import { resolve } from 'node:path';
import { FlinkError } from '@weir/flink';
import { exitCodeOf, runBench } from './bench.js';
import { JetUnavailable } from './contenders/jet-library.js';
import { intoMarkdown } from './markdown.js';
import { HELP, readOptions, UsageError } from './options.js';
import type { Report } from './results.js';

/** Also into a file that is not there yet. */
async function writeTables(file: string, report: Report): Promise<void> {
  const text = await readFile(file, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    return '';
  });
  await writeFile(file, intoMarkdown(text, report));
}

/** By way of `process.exit`, so that what was started ends, too. */
function endOnSignals(): void {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => process.exit(128 + constants.signals[signal]));
}

/** `npm run bench`. Returns the exit code: 2 for a mistake in the command, 1 if some contender's work was not equal or it cannot be had. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === undefined) {
      process.stdout.write(HELP);
      return 0;
    }
    const from = process.env.INIT_CWD ?? process.cwd();
    const profile = options.profile === undefined ? undefined : resolve(from, options.profile);
    if (profile !== undefined) await mkdir(profile, { recursive: true });
    if (!existsSync('/proc/self/smaps_rollup')) throw new UsageError('memory and CPU time are read from /proc, which only Linux has');
    endOnSignals();
    const command = ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' ');
    const output = options.json ? process.stderr : process.stdout;
    const report = await runBench({ ...options, profile }, command, (text) => output.write(`${text}\n`));
    if (options.json) process.stdout.write(`${JSON.stringify(report, undefined, 2)}\n`);
    if (options.markdown !== undefined) await writeTables(resolve(from, options.markdown), report);
    return exitCodeOf(report);
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof FlinkError || error instanceof JetUnavailable)) throw error;
    process.stderr.write(`weir bench: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
