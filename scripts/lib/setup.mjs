// Makes a clone ready to run: installs the dependencies and builds, each only if something changed since the last time.
import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { acquireLock } from './lock.mjs';

/** Newer lines of pnpm make an error of install scripts that were not run; a "packageManager" field would make pnpm fetch itself. */
const PNPM_VERSION = '10.34.9';

export const root = fileURLToPath(new URL('../..', import.meta.url)).replace(/\/$/, '');
/** Stamps, the lock and our pnpm; git-ignored. Removing it is always safe while no command runs. */
const setupDirectory = join(root, '.setup');

/** Has a message for a person; what the failing tool said is in it. */
class SetupError extends Error {
  name = 'SetupError';

  /** `exitCode` is the failed tool's, null if a signal ended it. */
  constructor(message, exitCode = null) {
    super(message);
    this.exitCode = exitCode;
  }
}

/**
 * Says what it does on standard error, and nothing where there is nothing to do. Until the promise resolves a SIGINT, SIGTERM or SIGHUP ends
 * the process; after it too, as long as nobody else listens (see `endOnSignal`).
 */
export async function setUp({ exitCodeOnSignal } = {}) {
  endOnSignal(exitCodeOnSignal);
  if (isInstalled() && isBuilt() && isPageBuilt()) return;
  const lock = await acquireLock(setupDirectory, (pid) => say(`waiting for process ${pid}, which is installing or building here`));
  heldLock = lock;
  try {
    if (!isInstalled()) await install(lock);
    if (!isBuilt()) await build(lock);
    if (!isPageBuilt()) await buildPage(lock);
  } finally {
    heldLock = undefined;
    lock.release();
  }
}

export function importBuilt(path) {
  return import(pathToFileURL(join(root, path)).href);
}

/** Environment without what `npm run` adds and what would change what an install or a test does. */
export function cleanEnvironment() {
  const env = {};
  for (const [name, value] of Object.entries(process.env)) if (!UNWANTED.test(name)) env[name] = value;
  return env;
}

const UNWANTED =
  /^(npm_(package_.*|lifecycle_.*|command|execpath|node_execpath|config_(prefix|local_prefix|global_prefix|global|location|npm_version|user_agent|node_gyp|init_module|loglevel|omit|include|only|production|dev|yes|workspace|workspaces|dry_run|offline_only))|NODE_ENV|INIT_CWD)$/i;

// --- install ---------------------------------------------------------------------------------------------------------------------

const installStamp = join(setupDirectory, 'install');

function isInstalled() {
  // pnpm writes this file last; it goes when a person removes node_modules.
  return existsSync(join(root, 'node_modules/.modules.yaml')) && read(installStamp) === installHash();
}

function installHash() {
  const hash = createHash('sha256').update(`${PNPM_VERSION} ${process.platform} ${process.arch}\n`);
  const files = ['pnpm-lock.yaml', 'pnpm-workspace.yaml', '.npmrc', 'package.json', ...members().map((member) => `${member}/package.json`)];
  for (const file of files) hash.update(`${file}\n${read(join(root, file)) ?? ''}\n`);
  return hash.digest('hex');
}

async function install(lock) {
  say('installing dependencies …');
  const hash = installHash();
  if (read(installStamp) === IN_PROGRESS) {
    say('the last install was interrupted: starting it over');
    for (const member of ['.', ...members()]) rmSync(join(root, member, 'node_modules'), { recursive: true, force: true });
  }
  write(installStamp, IN_PROGRESS);
  const pnpm = await fetchPnpm(lock);
  await run(lock, 'pnpm install', process.execPath, [
    pnpm,
    'install',
    '--frozen-lockfile',
    '--prod=false',
    '--config.confirmModulesPurge=false',
    '--reporter=append-only',
  ]);
  write(installStamp, hash);
}

/**
 * pnpm in a place of this clone's own, from npm's cache or its registry. Not by npx: it runs pnpm behind two more processes that a signal does not
 * get through, and two of it at once break each other's cache.
 */
async function fetchPnpm(lock) {
  const place = join(setupDirectory, `pnpm-${PNPM_VERSION}`);
  const program = join(place, 'node_modules/pnpm/bin/pnpm.cjs');
  if (existsSync(program)) return program;
  const fresh = join(setupDirectory, 'pnpm-new');
  rmSync(fresh, { recursive: true, force: true });
  mkdirSync(fresh, { recursive: true });
  write(join(fresh, 'package.json'), '{"private": true}');
  const [command, ...first] = npm();
  await run(
    lock,
    'npm install pnpm',
    command,
    [
      ...first,
      'install',
      '--prefix',
      fresh,
      '--no-audit',
      '--no-fund',
      '--ignore-scripts',
      '--no-package-lock',
      '--include=prod',
      `pnpm@${PNPM_VERSION}`,
    ],
    fresh,
  );
  rmSync(place, { recursive: true, force: true });
  renameSync(fresh, place);
  return program;
}

/** The npm that started us, by our own Node; else the one in PATH. */
function npm() {
  const started = process.env.npm_execpath;
  if (started?.endsWith('npm-cli.js') && existsSync(started)) return [process.execPath, started];
  const found = (process.env.PATH ?? '').split(delimiter).some((directory) => existsSync(join(directory, 'npm')));
  if (!found) throw new SetupError('weir: npm is not in PATH; it comes with Node (https://nodejs.org)');
  return ['npm'];
}

// --- build -----------------------------------------------------------------------------------------------------------------------

const buildStamp = join(setupDirectory, 'build');

function isBuilt() {
  const built = compiled().every((member) => existsSync(join(root, member, 'dist/.tsbuildinfo')));
  return built && read(buildStamp) === buildHash();
}

/** Of names, sizes and times of the sources: a hundredth of the cost of asking the compiler. Tests are no part of the build. */
function buildHash() {
  return hashOf([
    'tsconfig.json',
    'tsconfig.base.json',
    ...compiled().flatMap((member) => [`${member}/tsconfig.json`, ...sources(`${member}/src`)]),
  ]);
}

function hashOf(files) {
  const hash = createHash('sha256').update(read(installStamp) ?? '');
  for (const file of files) {
    const stat = statSync(join(root, file), { throwIfNoEntry: false });
    if (stat) hash.update(`${file} ${stat.size} ${stat.mtimeMs}\n`);
  }
  return hash.digest('hex');
}

/** Members that run in Node; the page is not one of them. */
function compiled() {
  return members().filter((member) => member !== PAGE && existsSync(join(root, member, 'tsconfig.json')));
}

function sources(directory) {
  if (!existsSync(join(root, directory))) return [];
  return readdirSync(join(root, directory), { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = `${directory}/${entry.name}`;
      if (entry.isDirectory()) return sources(path);
      return /\.test\.tsx?$/.test(entry.name) ? [] : [path];
    });
}

async function build(lock) {
  say('building …');
  const hash = buildHash();
  const interrupted = read(buildStamp) === IN_PROGRESS;
  write(buildStamp, IN_PROGRESS);
  const [command, ...first] = await compiler();
  try {
    // The compiler trusts what it wrote itself, so what it was ended over is written anew.
    await run(lock, 'tsc -b', command, [
      ...first,
      '-b',
      ...(interrupted ? ['--force'] : []),
      '--pretty',
      String(process.stderr.isTTY === true),
    ]);
  } catch (error) {
    // It ran to its end: nothing is half written.
    if (error.exitCode > 0) rmSync(buildStamp, { force: true });
    throw error;
  }
  write(buildStamp, hash);
}

/** The compiler's own binary where its package tells it: the script around it does not pass signals on. */
async function compiler() {
  const library = join(root, 'node_modules/typescript/lib/getExePath.js');
  if (existsSync(library)) return [(await import(pathToFileURL(library).href)).default()];
  return [process.execPath, join(root, 'node_modules/typescript/bin/tsc')];
}

// --- the page --------------------------------------------------------------------------------------------------------------------

const PAGE = 'apps/dashboard';
const pageStamp = join(setupDirectory, 'page');

function isPageBuilt() {
  return !existsSync(join(root, PAGE)) || (existsSync(join(root, PAGE, 'dist/index.html')) && read(pageStamp) === pageHash());
}

function pageHash() {
  return hashOf([
    `${PAGE}/index.html`,
    `${PAGE}/vite.config.ts`,
    ...sources(`${PAGE}/public`),
    ...sources(`${PAGE}/src`),
    ...sources('packages/protocol/src'),
  ]);
}

async function buildPage(lock) {
  say('building the dashboard …');
  const hash = pageHash();
  rmSync(pageStamp, { force: true });
  const page = join(root, PAGE);
  await run(lock, 'vite build', process.execPath, [join(page, 'node_modules/vite/bin/vite.js'), 'build', '--logLevel', 'warn'], page);
  write(pageStamp, hash);
}

// --- helpers ---------------------------------------------------------------------------------------------------------------------

/** What a stamp says from the start of a step to its end. */
const IN_PROGRESS = 'in progress';

/** Workspace members, `packages/x` and `apps/x`, as pnpm-workspace.yaml has them. */
function members() {
  return ['packages', 'apps'].flatMap((group) => {
    if (!existsSync(join(root, group))) return [];
    return readdirSync(join(root, group))
      .sort()
      .map((name) => `${group}/${name}`)
      .filter((member) => existsSync(join(root, member, 'package.json')));
  });
}

function read(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, text);
  renameSync(`${file}.${process.pid}`, file);
}

function say(text) {
  process.stderr.write(`weir: ${text}\n`);
}

/** Quiet unless it fails. Its own process is the whole of each tool, so a signal to it is enough. */
function run(lock, title, command, args, cwd = root) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, { cwd, env: cleanEnvironment(), stdio: ['ignore', 'pipe', 'pipe'] });
    runningChild = child;
    const output = [];
    child.stdout.on('data', (chunk) => output.push(chunk));
    child.stderr.on('data', (chunk) => output.push(chunk));
    if (child.pid !== undefined) lock.setChild(child.pid);
    child.on('error', (error) => {
      runningChild = undefined;
      reject(new SetupError(`weir: ${title} could not be started: ${error.message}`));
    });
    child.on('close', (code, signal) => {
      runningChild = undefined;
      if (stopping) return;
      lock.setChild(undefined);
      if (code === 0) return resolve();
      const failure = new SetupError(
        `${Buffer.concat(output).toString().trimEnd()}\nweir: ${title} failed (${signal ?? `exit code ${code}`})`,
        code,
      );
      // Ctrl-C goes to both of us: time for our own signal to arrive, which says more than the tool's end.
      setTimeout(() => stopping || reject(failure), 50);
    });
  });
}

let runningChild;
let heldLock;
let stopping = false;
let handling = false;

/**
 * Ends the process at a signal that nobody else listens to: first the running tool, then the lock, then ourselves. Left in place, so that there is no
 * moment between the end of the build and the command line's own handlers.
 */
function endOnSignal(exitCode) {
  if (handling) return;
  handling = true;
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    const handler = () => {
      if (process.listenerCount(signal) > 1 || stopping) return;
      stopping = true;
      const exit = () => {
        try {
          heldLock?.release();
        } catch {
          // A dead process's lock is taken over anyway.
        }
        process.exit(exitCode ?? 128 + constants.signals[signal]);
      };
      if (!runningChild) return exit();
      runningChild.on('close', exit);
      runningChild.kill('SIGTERM');
      setTimeout(() => runningChild?.kill('SIGKILL'), 3_000);
    };
    process.on(signal, handler);
  }
}
