import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { atExit } from '../temporary.js';

/** Runs one of the programs beside this file in a process of its own; it prints one JSON object. */
export async function runBare<T>(name: 'count-loop' | 'js-map' | 'plain-lines', parameters: object): Promise<T> {
  const program = fileURLToPath(new URL(`./${name}.js`, import.meta.url));
  return JSON.parse(await runToEnd([process.execPath, program, JSON.stringify(parameters)])) as T;
}

/** Standard output of a command that ended well. */
export function runToEnd(
  command: readonly string[],
  options: { readonly cwd?: string; readonly env?: NodeJS.ProcessEnv } = {},
): Promise<string> {
  return new Promise((resolve, reject) => {
    const [program, ...args] = command;
    const child = spawn(program, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    const keep = atExit(() => child.kill('SIGKILL'));
    child.once('exit', keep);
    const output: string[] = [];
    const errors: string[] = [];
    child.stdout.setEncoding('utf8').on('data', (text: string) => output.push(text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => errors.push(text));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      if (code === 0) resolve(output.join(''));
      else reject(new Error(`${args[0]} ended (${signal ?? code}): ${errors.join('').trim().slice(-500)}`));
    });
  });
}
