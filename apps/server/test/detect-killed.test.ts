import { existsSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ndjsonInput, sshdInput } from './support/inputs.js';
import { ndjsonOracle, type Oracle, sshdOracle } from './support/oracle.js';
import { expectAnswer, expectPrefix } from './support/output.js';
import { randomOf } from './support/random.js';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll, run, WeirProcess } from './support/weir-process.js';

let root = '';
const inputs: Record<'ndjson' | 'sshd', { path: string; text: string; oracle: Oracle }> = {} as never;

beforeAll(() => {
  root = temporaryDirectory();
  const ndjson = ndjsonInput(41, 320_000, 3_000);
  const sshd = sshdInput(42, 200_000, 2_000);
  inputs.ndjson = { path: join(root, 'events.ndjson'), text: ndjson, oracle: ndjsonOracle(ndjson) };
  inputs.sshd = { path: join(root, 'auth.log'), text: sshd, oracle: sshdOracle(sshd) };
  for (const { path, text } of Object.values(inputs)) writeFileSync(path, text);
});

afterEach(killAll);
afterAll(removeTemporaryDirectories);

/** One command with one data directory, killed again and again. */
class KilledRun {
  readonly data: string;
  readonly output: string;
  readonly #args: readonly string[];
  readonly #oracle: Oracle;
  readonly #name: string;
  #alerts = 0;

  constructor(name: string, oracle: Oracle, args: readonly string[]) {
    const directory = join(root, name.replaceAll(/\W+/g, '-'));
    rmSync(directory, { recursive: true, force: true });
    this.#name = name;
    this.data = join(directory, 'data');
    this.output = join(directory, 'alerts.ndjson');
    this.#oracle = oracle;
    this.#args = ['detect', ...args, '--data-dir', this.data, '--output', this.output, '--json'];
    // The output's directory must be there.
    mkdirSync(directory, { recursive: true });
  }

  begin(): WeirProcess {
    return new WeirProcess(this.#args);
  }

  /** Highest id of a completed checkpoint, 0 for none. */
  newestCheckpoint(): number {
    const checkpoints = join(this.data, 'checkpoints');
    if (!existsSync(checkpoints)) return 0;
    const ids = readdirSync(checkpoints).flatMap((job) =>
      readdirSync(join(checkpoints, job))
        .filter((name) => existsSync(join(checkpoints, job, name, '_metadata')))
        .map((name) => Number(name.slice('chk-'.length))),
    );
    return Math.max(0, ...ids);
  }

  /** True if its job ended before it was killed: the next run is another one. */
  hasEnded(): boolean {
    const jobs = join(this.data, 'jobs');
    return readdirSync(jobs).some((job) => existsSync(join(jobs, job, 'result.json')));
  }

  async kill(process: WeirProcess): Promise<void> {
    await process.kill();
    const alerts = expectPrefix(this.output, this.#oracle, this.#name);
    // Nothing that was committed is ever taken back.
    expect(alerts, this.#name).toBeGreaterThanOrEqual(this.#alerts);
    this.#alerts = alerts;
  }

  answered(process: WeirProcess): void {
    expectAnswer(process, this.output, this.#oracle, this.#name);
  }
}

/**
 * Kills at random moments until there have been `kills`; a run that ends before its turn must have the oracle's answer, and another is begun.
 * Most moments are counted from a checkpoint of the process that is to be killed, so that it has done something; the others from its start.
 */
async function killAtRandom(name: string, oracle: Oracle, args: readonly string[], kills: number, random: () => number): Promise<void> {
  let run: KilledRun | undefined;
  for (let n = 0; n < kills; ) {
    run ??= new KilledRun(`${name} kill ${n}`, oracle, args);
    const process = run.begin();
    process.stdin.end();
    const before = run.newestCheckpoint();
    if (random() < 0.7) {
      const current = run;
      await process.until(() => current.newestCheckpoint() > before);
      await Promise.race([sleep(random() * 200), process.exited]);
    } else {
      await Promise.race([sleep(random() * 1_200), process.exited]);
    }
    if (process.exit === undefined) {
      await run.kill(process);
      n++;
    } else {
      run.answered(process);
      run = undefined;
    }
  }
  if (run === undefined) return;
  const last = run.begin();
  last.stdin.end();
  await last.exited;
  run.answered(last);
}

describe('detect is killed with its whole process group at 60 random moments', () => {
  it.each([
    { name: 'unaligned', kills: 18, seed: 1, args: ['--checkpoint-interval', '20ms'] },
    {
      name: 'aligned, parallelism 5',
      kills: 10,
      seed: 2,
      args: ['--unaligned', 'false', '--parallelism', '5', '--checkpoint-interval', '30ms'],
    },
    { name: 'while TaskManagers fail', kills: 12, seed: 3, args: ['--fail-every', '60ms'] },
    { name: 'with state on disk', kills: 10, seed: 7, args: ['--state-backend', 'disk', '--checkpoint-interval', '20ms'] },
  ])('ndjson, $name: whole lines and no alert twice on the way, the oracle’s answer in the end', async ({ name, kills, seed, args }) => {
    const { path, oracle } = inputs.ndjson;
    await killAtRandom(name, oracle, [path, ...args], kills, randomOf(seed));
  });

  it('sshd', async () => {
    const { path, oracle } = inputs.sshd;
    await killAtRandom('sshd', oracle, [path, '--format', 'sshd', '--checkpoint-interval', '20ms'], 10, randomOf(4));
  });
});

it('detect is killed again and again while it starts', async () => {
  const { path, oracle } = inputs.ndjson;
  const random = randomOf(5);
  const run = new KilledRun('starting', oracle, [path, '--checkpoint-interval', '20ms']);
  for (let n = 0; n < 10; n++) {
    const process = run.begin();
    process.stdin.end();
    await Promise.race([sleep(random() * 300), process.exited]);
    await run.kill(process);
  }
  const last = run.begin();
  last.stdin.end();
  await last.exited;
  run.answered(last);
});

describe('detect reads standard input', () => {
  it('killed while it is spooled: the next run begins anew with what it is given', async () => {
    const { text, oracle } = inputs.ndjson;
    const random = randomOf(6);
    const killed = new KilledRun('spooling', oracle, ['-', '--format', 'ndjson', '--checkpoint-interval', '20ms']);
    for (let n = 0; n < 4; n++) {
      const process = killed.begin();
      process.stdin.write(text.slice(0, Math.floor(random() * text.length)));
      // Held open: nobody has said that this was all.
      const partial = join(killed.data, 'spool', 'stdin.partial');
      await process.must('spooling', () => existsSync(partial) && statSync(partial).size > 0);
      await sleep(random() * 50);
      await killed.kill(process);
      expect(existsSync(join(killed.data, 'spool', 'stdin'))).toBe(false);
    }
    const last = killed.begin();
    last.stdin.end(text);
    await last.exited;
    killed.answered(last);
  });

  it('killed while it is processed: the next run goes on with what was spooled', async () => {
    const { text, oracle } = inputs.ndjson;
    const killed = await killedHalfWay('spooled', oracle, ['-', '--format', 'ndjson'], text);
    const last = killed.begin();
    last.stdin.end();
    await last.exited;
    killed.answered(last);
  });
});

it('refuses to finish a killed run with another input or output', async () => {
  const { path, oracle } = inputs.ndjson;
  const killed = await killedHalfWay('other', oracle, [path]);
  const command = ['--data-dir', killed.data, '--json', '--output'];
  const otherInput = await run(['detect', inputs.sshd.path, ...command, killed.output]);
  expect(otherInput.exit?.code).toBe(1);
  expect(otherInput.stderr).toContain('another input');
  const otherOutput = await run(['detect', path, ...command, `${killed.output}.other`]);
  expect(otherOutput.exit?.code).toBe(1);
  expect(otherOutput.stderr).toContain('another output');
  const last = killed.begin();
  last.stdin.end();
  await last.exited;
  killed.answered(last);
});

/** A run that has completed a checkpoint and not ended. */
async function killedHalfWay(name: string, oracle: Oracle, args: readonly string[], input = ''): Promise<KilledRun> {
  for (;;) {
    const killed = new KilledRun(name, oracle, [...args, '--checkpoint-interval', '20ms']);
    const process = killed.begin();
    process.stdin.end(input);
    await process.must('a checkpoint', () => killed.newestCheckpoint() > 0);
    await killed.kill(process);
    if (!killed.hasEnded()) return killed;
  }
}
