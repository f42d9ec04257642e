import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';

const CLI = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

/** The built command line in a process of its own, in an empty directory. */
async function weir(args: readonly string[], environment: Record<string, string> = {}) {
  const directory = mkdtempSync(join(tmpdir(), 'weir-cli-'));
  const { INIT_CWD: _, ...inherited } = process.env;
  const child = spawn(process.execPath, [CLI, ...args], {
    cwd: directory,
    env: { ...inherited, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const read = async (stream: AsyncIterable<unknown>): Promise<string> => {
    let text = '';
    for await (const chunk of stream) text += chunk;
    return text;
  };
  const [out, err, [code]] = await Promise.all([read(child.stdout), read(child.stderr), once(child, 'close')]);
  return { code, out, err, directory };
}

describe('a usage error is one line and exit code 2', () => {
  it.each([
    [[], /a command is needed/],
    [['nonsense'], /unknown command "nonsense"/],
    [['start', '--nonsense'], /unknown option --nonsense/],
    [['start', 'x'], /start takes no argument "x"/],
    [['start', '--engine', 'flink'], /--engine: flink is not built yet/],
    [['start', '--source', 'kafka'], /--source: "kafka" is not one of/],
    [['start', '-D', 'no.such.key=1'], /-D no.such.key is not known/],
    [['start', '--host', '0.0.0.0'], /WEIR_TOKEN/],
    [['detect'], /at least one FILE/],
    [['detect', '-', '-'], /standard input \(-\) once/],
    [['checkpoint'], /list or show/],
    [['checkpoint', 'show'], /one PATH/],
  ] as [string[], RegExp][])('%j', async (args, message) => {
    const { code, out, err, directory } = await weir(args);
    expect(err).toMatch(message);
    expect(err.trimEnd().split('\n')).toHaveLength(1);
    expect([code, out]).toEqual([2, '']);
    expect(readdirSync(directory)).toEqual([]);
  });
});

it('names the variable that cannot be used', async () => {
  const { code, err } = await weir(['start'], { WEIR_PORT: 'eighty' });
  expect([code, err]).toEqual([2, expect.stringContaining('WEIR_PORT: "eighty"')]);
});

it.each([
  [['--help']],
  [['start', '--help']],
  [['detect', '--help']],
  [['checkpoint', '--help']],
  [['checkpoint', 'list', '--help']],
  [['checkpoint', 'show', '--help']],
])('helps: %j', async (args) => {
  const { code, out, err } = await weir(args);
  expect([code, err]).toEqual([0, '']);
  expect(out).toContain('Usage: weir');
});

it('exits 1 with one line when a file cannot be read', async () => {
  const { code, out, err } = await weir(['detect', 'nowhere.log']);
  expect([code, out, err]).toEqual([1, '', 'weir: nowhere.log cannot be read: there is no such file\n']);
});

it('reads paths relative to where the command was typed', async () => {
  const typed = mkdtempSync(join(tmpdir(), 'weir-typed-'));
  mkdirSync(join(typed, 'checkpoints'));
  const { code, out } = await weir(['checkpoint', 'list', '--data-dir', '.'], { INIT_CWD: typed });
  expect([code, out]).toEqual([0, `no checkpoints in ${join(typed, 'checkpoints')}\n`]);
});

it('exits 1 naming what is no checkpoint', async () => {
  const { code, err } = await weir(['checkpoint', 'show', 'chk-1']);
  expect([code, err.trimEnd().split('\n').length]).toEqual([1, 1]);
  expect(err).toContain('chk-1');
});
