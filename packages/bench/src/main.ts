import { mkdir, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FlinkError } from '@weir/flink';
import { runBench } from './bench.js';
import { HELP, readOptions, UsageError } from './options.js';
import { reportMarkdown, reportText } from './print.js';

/** `npm run bench`. Returns the exit code: 2 for a mistake in the command, 1 if some contender's work was not equal or it cannot be had. */
export async function main(args: readonly string[]): Promise<number> {
  try {
    const options = readOptions(args);
    if (options === undefined) {
      process.stdout.write(HELP);
      return 0;
    }
    if (options.jet) throw new UsageError('--jet is not built yet');
    const from = process.env.INIT_CWD ?? process.cwd();
    const profile = options.profile === undefined ? undefined : resolve(from, options.profile);
    if (profile !== undefined) await mkdir(profile, { recursive: true });
    const report = await runBench({ ...options, profile }, ['npm run bench', ...(args.length > 0 ? ['--', ...args] : [])].join(' '));
    process.stdout.write(options.json ? `${JSON.stringify(report, undefined, 2)}\n` : `${reportText(report)}\n`);
    if (options.markdown !== undefined) await writeFile(resolve(from, options.markdown), reportMarkdown(report));
    return report.measurements.some(({ voidRounds }) => voidRounds.length > 0) ? 1 : 0;
  } catch (error) {
    if (!(error instanceof UsageError || error instanceof FlinkError)) throw error;
    process.stderr.write(`weir bench: ${error.message}\n`);
    return error instanceof UsageError ? 2 : 1;
  }
}
