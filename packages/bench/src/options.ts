import { parseArgs } from 'node:util';
import { measurements } from './measurements/index.js';

export interface BenchOptions {
  readonly json: boolean;
  readonly quick: boolean;
  readonly rounds: number;
  readonly only: readonly string[];
  readonly profile: string | undefined;
  readonly markdown: string | undefined;
  readonly flink: boolean;
  readonly jet: boolean;
}

/** A mistake of who typed the command; its message is one line. */
export class UsageError extends Error {
  override name = 'UsageError';
}

export const HELP = `Usage: npm run bench -- [options]

Measures Weir, round by round, and prints median, minimum and maximum of each figure. Exits 1 if some contender's work was not what it had to be; never for a figure.

  --only NAME,…     some measurements: ${measurements.map(({ name }) => name).join(', ')}
  --rounds N        rounds of each measurement (5; with --quick 1)
  --quick           smaller and shorter: 2 minutes at most
  --json            JSON on standard output; everything else goes to standard error
  --markdown FILE   puts the tables in their places in FILE (docs/benchmarks.md), those of measurements that were not run aside
  --profile DIR     writes a CPU profile of each thread to DIR, for a browser's developer tools: the number before the last in a
                    file's name is 0 for the main thread, 1 for the JobManager, 2 … for the TaskManagers. Figures suffer from it
  --flink           beside Apache Flink (npm run flink:install)
  --jet             beside Hazelcast Jet
`;

/** Undefined for `--help`. */
export function readOptions(args: readonly string[]): BenchOptions | undefined {
  const { values } = parse(args);
  if (values.help) return undefined;
  const quick = values.quick ?? false;
  return {
    json: values.json ?? false,
    quick,
    rounds: values.rounds === undefined ? (quick ? 1 : 5) : readRounds(values.rounds),
    only: readOnly(values.only),
    profile: values.profile,
    markdown: values.markdown,
    flink: values.flink ?? false,
    jet: values.jet ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        help: { type: 'boolean', short: 'h' },
        json: { type: 'boolean' },
        quick: { type: 'boolean' },
        rounds: { type: 'string' },
        only: { type: 'string' },
        profile: { type: 'string' },
        markdown: { type: 'string' },
        flink: { type: 'boolean' },
        jet: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message.split('\n')[0]);
  }
}

function readRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1) throw new UsageError(`--rounds must be a whole number of at least 1, not ${text}`);
  return rounds;
}

function readOnly(text: string | undefined): readonly string[] {
  const names = text?.split(',') ?? [];
  const unknown = names.find((name) => !measurements.some((measurement) => measurement.name === name));
  if (unknown !== undefined) {
    throw new UsageError(`there is no measurement ${unknown}; there are ${measurements.map(({ name }) => name).join(', ')}`);
  }
  return names;
}
