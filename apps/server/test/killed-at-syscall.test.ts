import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ndjsonInput } from './support/inputs.js';
import { ndjsonOracle, type Oracle } from './support/oracle.js';
import { expectAnswer, expectPrefix } from './support/output.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll, WeirProcess } from './support/weir-process.js';

const RENAME = 'rename,renameat,renameat2';
/** No run has as many of either. */
const MOST = 120;

let root = '';
let input = '';
let oracle: Oracle;

beforeAll(() => {
  root = temporaryDirectory();
  const text = ndjsonInput(81, 3_000, 60);
  oracle = ndjsonOracle(text);
  input = join(root, 'events.ndjson');
  writeFileSync(input, text);
});

afterEach(killAll);
afterAll(removeTemporaryDirectories);

function canTrace(): boolean {
  return (
    process.platform === 'linux' &&
    spawnSync('strace', ['-f', '-o', '/dev/null', '-e', 'inject=fsync:error=EIO:when=99', 'true']).status === 0
  );
}

const output = () => join(root, 'run', 'alerts.ndjson');

function begin(): void {
  rmSync(join(root, 'run'), { recursive: true, force: true });
  mkdirSync(join(root, 'run'));
}

/** A short run with some checkpoints; `inject` as strace has it, counted thread by thread, so one thread does all that the engine asks of the disk. */
async function detect(inject?: string): Promise<WeirProcess> {
  const tracer =
    inject === undefined ? [] : ['strace', '-f', '-o', '/dev/null', '-e', `trace=${inject.split(':')[0]}`, '-e', `inject=${inject}`];
  const more = ['--parallelism', '1', '--taskmanagers', '1', '--checkpoint-interval', '20ms', '--json'];
  const command = ['detect', input, '--output', output(), '--data-dir', join(root, 'run', 'data'), ...more];
  const process = new WeirProcess(command, tracer, { UV_THREADPOOL_SIZE: '1' });
  process.stdin.end();
  await process.exited;
  return process;
}

describe.skipIf(!canTrace())('detect at its calls of the system (needs strace)', () => {
  it.each([
    { name: 'fsync', calls: 'fsync', first: 1, step: 2 },
    { name: 'rename', calls: RENAME, first: 1, step: 1 },
  ])('killed at any $name, it is finished by the same command', async ({ calls, first, step }) => {
    let at = first;
    for (; at < MOST; at += step) {
      begin();
      const traced = await detect(`${calls}:signal=SIGKILL:when=${at}`);
      if (traced.exit?.code === 0) break;
      expect(traced.exit?.signal, traced.stderr).toBe('SIGKILL');
      expectPrefix(output(), oracle, `killed at ${calls} ${at}`);
      expectAnswer(await detect(), output(), oracle, `resumed after it was killed at ${calls} ${at}`);
    }
    // The last ran through: there was none left to be killed at.
    expect(at).toBeGreaterThan(first + 4 * step);
    expect(at).toBeLessThan(MOST);
  });

  it.each([
    // Seldom enough that some checkpoint comes through.
    { inject: 'fsync:error=EIO:when=7+31' },
    { inject: 'fsync:error=ENOSPC:when=12+29' },
    { inject: 'fsync:error=EIO:when=15+37' },
    { inject: `${RENAME}:error=ENOSPC:when=4+13` },
    { inject: `${RENAME}:error=EIO:when=6+11` },
    { inject: `${RENAME}:error=ENOSPC:when=7+17` },
  ])('refused by the disk now and then ($inject), it has the right answer or none', async ({ inject }) => {
    begin();
    const traced = await detect(inject);
    if (traced.exit?.code === 0) return expectAnswer(traced, output(), oracle, inject);
    expect(traced.exit).toEqual({ code: 1, signal: null });
    expect(traced.stderr).toMatch(/^weir: /m);
    expectPrefix(output(), oracle, inject);
    expectAnswer(await detect(), output(), oracle, `resumed after ${inject}`);
  });
});
