#!/usr/bin/env node
import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { RunError, UsageError } from './usage-error.js';

/** A sub-command: prints what it has to say and resolves to the exit code. */
export type Command = (args: readonly string[], environment: NodeJS.ProcessEnv) => Promise<number>;

/** Loaded only when named: `weir checkpoint list` needs neither fastify nor the engine. */
const COMMANDS: Readonly<Record<string, () => Promise<Command>>> = {
  start: async () => (await import('./start.js')).start,
  detect: async () => (await import('./detect.js')).detect,
  checkpoint: async () => (await import('./checkpoint.js')).checkpoint,
};

const HELP = `weir: keyed, stateful stream jobs with exactly-once checkpoints in one Node process

Usage: weir COMMAND [OPTIONS]

  start              runs the server with the detection job until it is stopped
  detect FILE…       runs the detection job over files and ends when they end
  checkpoint list    the checkpoints of a data directory
  checkpoint show    what is in one of them

  weir COMMAND --help    the options of each
`;

/** Runs one command line; never throws. A usage error is one line and 2, a failed run one line and 1. */
export async function main(args: readonly string[], environment: NodeJS.ProcessEnv = process.env): Promise<number> {
  const [name, ...rest] = args;
  try {
    if (name === '--help' || name === '-h' || name === 'help') {
      process.stdout.write(HELP);
      return 0;
    }
    if (name === undefined) throw new UsageError('a command is needed: start, detect or checkpoint (see weir --help)');
    if (!Object.hasOwn(COMMANDS, name))
      throw new UsageError(`unknown command "${name}"; there are start, detect and checkpoint (see weir --help)`);
    const command = await COMMANDS[name]();
    return await command(rest, environment);
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(`weir: ${oneLine(error.message)}\n`);
      return 2;
    }
    process.stderr.write(`weir: ${oneLine(error instanceof Error ? error.message : String(error))}\n`);
    // A failure that nobody foresaw is a bug of ours: its stack is worth more than a tidy terminal.
    if (!(error instanceof RunError) && environment.WEIR_DEBUG && error instanceof Error) process.stderr.write(`${error.stack}\n`);
    return 1;
  }
}

/** What a script that is Node's entry calls. Exits even if standard input is still open; what was written to a pipe gets there first. */
export async function runAndExit(): Promise<never> {
  const code = await main(process.argv.slice(2));
  for (const stream of [process.stdout, process.stderr]) {
    stream.on('error', () => {});
    await new Promise<void>((resolve) => (stream.writable ? stream.write('', () => resolve()) : resolve()));
  }
  process.exit(code);
}

function oneLine(message: string): string {
  return message.replace(/\s*\n\s*/g, ' ');
}

/** True where this file is what Node was started with, and not imported by a script. */
function isEntry(): boolean {
  try {
    return process.argv[1] !== undefined && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url);
  } catch {
    return false;
  }
}

if (isEntry()) {
  await runAndExit();
}
