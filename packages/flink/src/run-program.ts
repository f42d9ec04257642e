import { spawn } from 'node:child_process';

export interface ProgramResult {
  /** Set if it could not be started. */
  readonly error: Error | undefined;
  /** Null if a signal ended it. */
  readonly code: number | null;
  /** Standard output and standard error, as they came. */
  readonly output: string;
  readonly standardOutput: string;
}

/** Runs a program to its end; `signal` ends it. */
export function runProgram(program: string, args: readonly string[], signal?: AbortSignal): Promise<ProgramResult> {
  return new Promise((resolve) => {
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'pipe'], ...(signal && { signal, killSignal: 'SIGKILL' }) });
    const all: Buffer[] = [];
    const standardOutput: Buffer[] = [];
    const result = (error: Error | undefined, code: number | null) =>
      resolve({ error, code, output: Buffer.concat(all).toString(), standardOutput: Buffer.concat(standardOutput).toString() });
    child.stdout.on('data', (chunk: Buffer) => {
      all.push(chunk);
      standardOutput.push(chunk);
    });
    child.stderr.on('data', (chunk: Buffer) => all.push(chunk));
    child.on('error', (error) => result(error, null));
    child.on('close', (code) => result(undefined, code));
  });
}
