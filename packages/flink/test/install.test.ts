import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const JAVA = `echo 'openjdk version "17.0.15" 2025-04-15' >&2`;
/** Plays pip, and Python's unpacking, with a distribution of one file. Says in `calls` what it was asked for. */
const PYTHON = `echo "$2 $3" >>"$CALLS"
case "$2 $3" in
  "pip --version") ;;
  "pip download") printf '%s' "$*" | grep -q 'require-hashes' && DOWNLOAD ;;
  "tarfile --extract") mkdir -p "$5/apache-flink-libraries-1.17.2/deps/lib" && : >"$5/apache-flink-libraries-1.17.2/deps/lib/flink-dist-1.17.2.jar" ;;
esac`;

let directory: string;
let cache: string;

beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'weir-flink-install-'));
  cache = join(directory, 'cache');
  mkdirSync(join(directory, 'bin'));
  for (const tool of ['sh', 'mkdir', 'grep', 'sleep', 'env']) symlinkSync(which(tool), join(directory, 'bin', tool));
  symlinkSync(process.execPath, join(directory, 'bin/node'));
});

afterEach(() => rmSync(directory, { recursive: true, force: true }));

const which = (tool: string): string => ['/bin', '/usr/bin'].map((place) => join(place, tool)).find((path) => existsSync(path)) as string;

/** A program in PATH. */
function put(name: string, script: string): void {
  writeFileSync(join(directory, 'bin', name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
}

function start() {
  const { JAVA_HOME: _, ...environment } = process.env;
  return spawn(process.execPath, [join(root, 'scripts/flink-install.mjs')], {
    env: { ...environment, PATH: join(directory, 'bin'), XDG_CACHE_HOME: cache, CALLS: join(directory, 'calls') },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

async function run(): Promise<{ code: number | null; output: string; errors: string }> {
  const child = start();
  const [[code], output, errors] = await Promise.all([once(child, 'exit'), text(child.stdout), text(child.stderr)]);
  return { code: code as number | null, output, errors };
}

const home = () => join(cache, 'weir/flink-1.17.2');
const withPip = (download: string) => put('python3', PYTHON.replace('DOWNLOAD', download));

describe('npm run flink:install', () => {
  it('puts Flink where all clones find it, once', async () => {
    put('java', JAVA);
    withPip(':');
    expect(await run()).toMatchObject({ code: 0, output: `Flink is installed in ${home()}\n` });
    expect(existsSync(join(home(), 'lib/flink-dist-1.17.2.jar'))).toBe(true);
    withPip('false');
    expect(await run()).toEqual({ code: 0, output: `Flink is installed in ${home()}\n`, errors: '' });
    expect(readdirSync(join(cache, 'weir'))).toEqual(['flink-1.17.2']);
  });

  it.each([
    ['there is no Java', () => withPip(':'), 'Flink needs Java 11 or newer, and there is none in PATH.\n'],
    [
      'Java is too old',
      () => {
        put('java', `echo 'java version "1.8.0_402"' >&2`);
        withPip(':');
      },
      'Flink needs Java 11 or newer; java is 1.8.0_402.\n',
    ],
    ['there is no Python', () => put('java', JAVA), 'Flink is fetched by pip, and there is no python3 in PATH.\n'],
    [
      'Python has no pip',
      () => {
        put('java', JAVA);
        put('python3', 'echo "No module named pip" >&2; exit 1');
      },
      'Flink is fetched by pip, which this python3 has not: install pip first.\n',
    ],
    [
      'the download fails',
      () => {
        put('java', JAVA);
        withPip('{ echo "ERROR: No matching distribution found" >&2; exit 1; }');
      },
      'pip could not fetch apache-flink-libraries 1.17.2: No matching distribution found\n',
    ],
  ])('ends with one sentence where %s', async (_, prepare, sentence) => {
    prepare();
    const { code, output, errors } = await run();
    expect({ code, output }).toEqual({ code: 1, output: '' });
    expect(errors.replace(/^weir: fetching.*\n/, '')).toBe(sentence);
    expect(existsSync(cache) ? readdirSync(join(cache, 'weir')) : []).toEqual([]);
  });

  it.each(['SIGINT', 'SIGKILL'] as const)('leaves nothing half that was ended by %s', async (signal) => {
    put('java', JAVA);
    withPip(`{ echo under way >"${directory}/under-way"; while [ -d "${directory}/bin" ]; do sleep 0.1; done; }`);
    const child = start();
    await vi.waitFor(() => expect(existsSync(join(directory, 'under-way'))).toBe(true), { timeout: 15_000, interval: 20 });
    child.kill(signal);
    const [code] = await once(child, 'exit');
    expect(existsSync(home())).toBe(false);
    if (signal === 'SIGINT') {
      expect(code).toBe(130);
      expect(readdirSync(join(cache, 'weir'))).toEqual([]);
    }
    withPip(':');
    expect(await run()).toMatchObject({ code: 0 });
    expect(readdirSync(join(cache, 'weir'))).toEqual(['flink-1.17.2']);
  });
});
