import { closeSync, openSync, readSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { FileSource, type UserEvent } from '@weir/connectors';
import { InputStatus, type ReaderOutput, type SourceReaderContext } from '@weir/runtime';
import { type Bench, type Figures, type Measurement, VoidRound } from './measurement.js';

const KEYS = 1_000;
const FIRST_TIME = 1_700_000_000_000;
const CHUNK = 64 * 1024;
const FORMATS = ['ndjson', 'csv', 'sshd'] as const;
type FormatName = (typeof FORMATS)[number];

export const scan: Measurement = {
  name: 'scan',
  title: 'Lines of files, read alone',
  method:
    'The reader of the file source in this process, into an output that counts abnormal events by user and passes nothing on, over files of equal events; beside it the fastest plain loop for ' +
    'ndjson: chunks, split at line ends, JSON.parse, the same count. A third of the lines of sshd are about something else, and are no events.',
  async round(bench, figures) {
    const lines = bench.quick ? 300_000 : 3_000_000;
    const files = new Map<FormatName, string>();
    for (const format of FORMATS) files.set(format, await writeLines(bench, format, lines));
    const counts: [what: string, lines: number][] = [];
    for (const format of FORMATS) counts.push([format, await byReader(files.get(format) as string, format, lines, figures)]);
    const [, expected] = counts[0];
    counts.push(['JSON.parse', byPlainLoop(files.get('ndjson') as string, lines, figures)]);
    for (const [what, count] of counts) {
      if (count !== expected) throw new VoidRound(`${what}: ${count} abnormal events, ${expected} in ndjson`);
    }
  },
};

async function writeLines(bench: Bench, format: FormatName, lines: number): Promise<string> {
  const path = join(bench.directory, `scan.${format}`);
  if (bench.number > 0) return path;
  const pieces: string[] = format === 'csv' ? ['userId,eventType,timestamp\n'] : [];
  for (let n = 0; n < lines; n++) pieces.push(lineOf(format, n));
  await writeFile(path, pieces.join(''));
  return path;
}

function lineOf(format: FormatName, n: number): string {
  const user = `user${(Math.imul(n, 0x9e3779b1) >>> 0) % KEYS}`;
  const isAbnormal = n % 10 === 0;
  if (format === 'ndjson')
    return `{"userId":"${user}","eventType":"${isAbnormal ? 'abnormal' : 'normal'}","timestamp":${FIRST_TIME + n}}\n`;
  if (format === 'csv') return `${user},${isAbnormal ? 'abnormal' : 'normal'},${FIRST_TIME + n}\n`;
  const head = `Nov ${10 + (Math.floor(n / 1_728_000) % 20)} ${new Date(n * 50).toISOString().slice(11, 19)} host sshd[${1000 + (n % 30_000)}]: `;
  const other = n % 2 === 0 ? `${head}Connection closed by 192.0.2.${n % 250} [preauth]\n` : '';
  return `${head}${isAbnormal ? 'Failed' : 'Accepted'} password for ${user} from 192.0.2.${n % 250} port ${1024 + (n % 60_000)} ssh2\n${other}`;
}

/** Counts as a job would, so that the values are used. */
class Counting implements ReaderOutput<UserEvent> {
  readonly abnormal = new Map<string, number>();

  collect({ userId, isAbnormal }: UserEvent): void {
    if (isAbnormal) this.abnormal.set(userId, (this.abnormal.get(userId) ?? 0) + 1);
  }

  hasRoom(): boolean {
    return true;
  }
}

/** Returns how many abnormal events there were. */
async function byReader(path: string, format: FormatName, events: number, figures: Figures): Promise<number> {
  const output = new Counting();
  const started = performance.now();
  const reader = new FileSource({ files: [path], format, key: 'user' }).createReader(CONTEXT);
  await reader.start(undefined);
  for (let status = reader.pollNext(output); status !== InputStatus.END_OF_INPUT; status = reader.pollNext(output)) {
    if (status === InputStatus.NOTHING_AVAILABLE) await reader.isAvailable();
  }
  await reader.close?.();
  const lines = format === 'sshd' ? events * 1.5 : events;
  figures.value(`${format}: weir`, lines / ((performance.now() - started) / 1_000), 'lines/s');
  return total(output.abnormal);
}

function byPlainLoop(path: string, events: number, figures: Figures): number {
  const abnormal = new Map<string, number>();
  const started = performance.now();
  const file = openSync(path, 'r');
  const chunk = Buffer.allocUnsafe(CHUNK);
  let rest = '';
  for (let read = readSync(file, chunk, 0, CHUNK, null); read > 0; read = readSync(file, chunk, 0, CHUNK, null)) {
    const lines = (rest + chunk.toString('latin1', 0, read)).split('\n');
    rest = lines.pop() as string;
    for (const line of lines) {
      const { userId, eventType } = JSON.parse(line) as { readonly userId: string; readonly eventType: string };
      if (eventType === 'abnormal') abnormal.set(userId, (abnormal.get(userId) ?? 0) + 1);
    }
  }
  closeSync(file);
  figures.value('ndjson: chunks, split, JSON.parse', events / ((performance.now() - started) / 1_000), 'lines/s');
  return total(abnormal);
}

const total = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, count) => sum + count, 0);

const CONTEXT: SourceReaderContext = {
  jobId: 'bench',
  lineage: 'bench',
  operatorUid: 'source',
  taskName: 'Source',
  indexOfThisSubtask: 0,
  numberOfParallelSubtasks: 1,
  maxNumberOfParallelSubtasks: 128,
  attemptNumber: 0,
  taskManagerId: 'taskmanager-1',
  restoredCheckpointId: undefined,
  counter() {
    let count = 0;
    return {
      inc(by = 1) {
        count += by;
      },
      get count() {
        return count;
      },
    };
  },
  publish() {},
};
