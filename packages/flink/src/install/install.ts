import { existsSync, mkdirSync, mkdtempSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { FlinkError } from '../flink-error.js';
import { runProgram } from '../run-program.js';
import { FLINK_VERSION, type FlinkInstallation, findFlink, flinkHome, lookForFlink } from './flink-installation.js';
import { findJava } from './java.js';

/** The whole distribution but its shell scripts, 226 MB, as PyPI has it. */
const PACKAGE = 'apache-flink-libraries';
const SHA256 = '1d7f7de6d3288610d0fecb7b45235343e31d644d0eacbe5e560560ed9124dcdb';

/**
 * Fetches Flink unless it is there. All is made in a directory beside its place and renamed into it at the end, so a run that is interrupted leaves
 * no half installation; what it leaves is removed by the next. Two runs at once both fetch, and the second to end throws its own away.
 */
export async function installFlink(say: (line: string) => void, signal?: AbortSignal): Promise<FlinkInstallation> {
  await findJava();
  const found = lookForFlink();
  if (found !== undefined) return found;
  const home = flinkHome();
  mkdirSync(dirname(home), { recursive: true });
  removeLeftovers(home);
  const work = mkdtempSync(`${home}.new-${process.pid}-`);
  try {
    say(`fetching Apache Flink ${FLINK_VERSION} from PyPI (226 MB) …`);
    await download(work, signal);
    say('unpacking …');
    await unpack(work, signal);
    putInPlace(join(work, `${PACKAGE}-${FLINK_VERSION}`, 'deps'), home);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
  return findFlink();
}

async function download(work: string, signal: AbortSignal | undefined): Promise<void> {
  const pip = await runProgram('python3', ['-m', 'pip', '--version'], signal);
  signal?.throwIfAborted();
  if (pip.error !== undefined) throw new FlinkError('PIP_MISSING', 'Flink is fetched by pip, and there is no python3 in PATH.');
  if (pip.code !== 0) throw new FlinkError('PIP_MISSING', 'Flink is fetched by pip, which this python3 has not: install pip first.');
  const requirements = join(work, 'requirements.txt');
  writeFileSync(requirements, `${PACKAGE}==${FLINK_VERSION} --hash=sha256:${SHA256}\n`);
  const args = ['--require-hashes', '--no-deps', '--no-binary', ':all:', '--disable-pip-version-check', '--no-input', '--quiet'];
  const fetched = await runProgram('python3', ['-m', 'pip', 'download', ...args, '--dest', work, '--requirement', requirements], signal);
  signal?.throwIfAborted();
  if (fetched.code !== 0)
    throw new FlinkError('DOWNLOAD_FAILED', `pip could not fetch ${PACKAGE} ${FLINK_VERSION}: ${reasonIn(fetched.output)}`);
}

async function unpack(work: string, signal: AbortSignal | undefined): Promise<void> {
  // Python's own, so that no other program is needed.
  const archive = join(work, `${PACKAGE}-${FLINK_VERSION}.tar.gz`);
  const unpacked = await runProgram('python3', ['-m', 'tarfile', '--extract', archive, work], signal);
  signal?.throwIfAborted();
  if (unpacked.code !== 0) throw new FlinkError('DOWNLOAD_FAILED', `${archive} could not be unpacked: ${reasonIn(unpacked.output)}`);
}

function putInPlace(files: string, home: string): void {
  try {
    renameSync(files, home);
  } catch (error) {
    // Another run was first.
    if (!existsSync(home)) throw error;
  }
}

/** Of runs that were killed. */
function removeLeftovers(home: string): void {
  const beginning = `${home.slice(dirname(home).length + 1)}.new-`;
  for (const name of readdirSync(dirname(home))) {
    if (!name.startsWith(beginning)) continue;
    const pid = Number(name.slice(beginning.length).split('-')[0]);
    if (!isRunning(pid)) rmSync(join(dirname(home), name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** The last line that says an error; pip and Python put it at the end. */
function reasonIn(output: string): string {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  const reason = lines.findLast((line) => /^ERROR|Error:/.test(line)) ?? lines.at(-1) ?? 'it said nothing';
  return reason.replace(/^ERROR: /, '').trim();
}
