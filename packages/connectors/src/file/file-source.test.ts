import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { UserEvent } from '../event.js';
import { fakeContext, readAll, startReader } from '../testing/reader-driver.js';
import { type FilePosition, FileSource, type FileSourceOptions } from './file-source.js';
import { LONGEST_RECORD } from './record-reader.js';

let directory = '';
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'weir-file-source-'));
});
afterAll(() => rm(directory, { recursive: true }));

let files = 0;
async function file(content: string | Buffer, ending = '.log'): Promise<string> {
  const path = join(directory, `${files++}${ending}`);
  await writeFile(path, content);
  return path;
}

const short = (events: readonly UserEvent[]): string[] =>
  events.map(({ userId, isAbnormal, sequence }) => `${sequence} ${userId} ${isAbnormal ? 'abnormal' : 'normal'}`);

interface Run {
  readonly events: UserEvent[];
  readonly totals: Record<string, number>;
  readonly malformed: unknown[];
  readonly end: FilePosition;
}

async function run(options: Omit<FileSourceOptions, 'key'> & { key?: 'user' | 'ip' }, restored?: readonly FilePosition[]): Promise<Run> {
  const context = fakeContext();
  const reader = new FileSource({ key: 'user', ...options }).createReader(context);
  await reader.start(restored);
  const events = await readAll(reader);
  return {
    events,
    totals: Object.fromEntries([...context.counts].map(([name, counter]) => [name, counter.count])),
    malformed: context.published.filter(({ topic }) => topic === 'malformed').map(({ payload }) => payload),
    end: reader.snapshotState(0)[0],
  };
}

/** Snapshots between any two polls, with room for one record at a time; each must give what is missing, and the same totals. */
async function restoresEverywhere(options: FileSourceOptions): Promise<void> {
  const whole = await run(options);
  const snapshots: { readonly taken: number; readonly state: readonly FilePosition[] }[] = [];
  const reader = await startReader(new FileSource(options));
  await readAll(reader, (records) => snapshots.push({ taken: records.length, state: structuredClone(reader.snapshotState(0)) }), 1);
  expect(snapshots.length).toBeGreaterThan(whole.events.length);
  for (const { taken, state } of snapshots) {
    const rest = await run(options, state);
    expect(rest.events).toEqual(whole.events.slice(taken));
    expect(rest.totals).toEqual(whole.totals);
    expect(rest.end).toEqual(whole.end);
  }
}

const failed = (name: string, n = 1): string =>
  `Dec 10 06:55:48 h sshd[1]: ${n > 1 ? `message repeated ${n} times: [ ` : ''}Failed password for ${name} from 1.2.3.4 port 22 ssh2${n > 1 ? ']' : ''}`;

describe('FileSource', () => {
  it('reads files one after the other, each in its own format', async () => {
    const paths = [
      await file('{"userId":"a","eventType":"abnormal"}\n{"userId":"b","eventType":"normal"}', '.ndjson'),
      await file(''),
      await file('eventType,userId\nnormal,c\n', '.csv'),
      await file(`${failed('d')}\n`),
    ];
    const { events, totals } = await run({ files: paths });
    expect(short(events)).toEqual(['0 a abnormal', '1 b normal', '2 c normal', '3 d abnormal']);
    expect(totals).toMatchObject({ events: 4, lines: 5, skipped: 0, malformed: 0 });
  });

  it('takes CRLF, a byte order mark, empty lines and a last line without an end', async () => {
    const path = await file('\ufeff{"userId":"a","eventType":"normal"}\r\n\r\n  \n{"userId":"b","eventType":"normal"}', '.ndjson');
    const { events, totals } = await run({ files: [path] });
    expect(short(events)).toEqual(['0 a normal', '1 b normal']);
    expect(totals).toMatchObject({ events: 2, lines: 4, skipped: 0, malformed: 0, bytes: (await import('node:fs')).statSync(path).size });
    const csv = await file('\ufeffuserId,eventType\r\n"x\r\ny",normal\r\nz,abnormal\r\n', '.csv');
    expect(short((await run({ files: [csv] })).events)).toEqual(['0 x\r\ny normal', '1 z abnormal']);
  });

  it('reads invalid UTF-8 as U+FFFD', async () => {
    const path = await file(
      Buffer.concat([Buffer.from('{"userId":"a'), Buffer.from([0xff, 0xfe]), Buffer.from('","eventType":"normal"}\n')]),
      '.ndjson',
    );
    expect((await run({ files: [path] })).events[0].userId).toBe('a\ufffd\ufffd');
  });

  it('names malformed lines by file and line, and skips the others of sshd', async () => {
    const path = await file('userId,eventType\na,normal\n"b\nb",odd\n"open,normal\nc,abnormal\n', '.csv');
    const { events, totals, malformed } = await run({ files: [path] });
    expect(short(events)).toEqual(['0 a normal', '1 c abnormal']);
    expect(totals).toMatchObject({ malformed: 2, lines: 6 });
    expect(malformed).toEqual([
      { file: path, line: 3, reason: 'eventType is neither normal nor abnormal', number: 1 },
      { file: path, line: 5, reason: 'a quoted field is not closed', number: 2 },
    ]);
    const log = await file(`${failed('a')}\nnoise\n\n${failed('a')}\n`);
    expect((await run({ files: [log], format: 'sshd' })).totals).toMatchObject({ events: 2, skipped: 1, malformed: 0, lines: 4 });
  });

  it('drops a line that is too long and goes on behind it', async () => {
    const line = (user: string): string => `{"userId":"${user}","eventType":"normal"}`;
    const fits = line('x'.repeat(LONGEST_RECORD - line('').length - 1));
    for (const [long, taken] of [
      [fits, true],
      [`${fits} `, false],
      [line('x'.repeat(3_000_000)), false],
    ] as const) {
      const path = await file(`${line('a')}\n${long}\n${line('b')}\n${long}`, '.ndjson');
      const { events, totals, malformed } = await run({ files: [path] });
      expect(events.map(({ userId }) => userId.slice(0, 5))).toEqual(taken ? ['a', 'xxxxx', 'b', 'xxxxx'] : ['a', 'b']);
      expect(totals).toMatchObject({ lines: 4, malformed: taken ? 0 : 2 });
      if (!taken) expect(malformed[0]).toEqual({ file: path, line: 2, reason: 'the line is longer than 1 MiB', number: 1 });
    }
    const csv = await file(`userId,eventType\n"${'x\n'.repeat(800_000)}`, '.csv');
    expect((await run({ files: [csv] })).totals).toMatchObject({ events: 0, malformed: 800_000 });
  });

  it('reads long input across chunk borders as it stands there', async () => {
    const lines = Array.from(
      { length: 30_000 },
      (_, i) => `{"userId":"user${i}${'.'.repeat(i % 97)}","eventType":"${i % 3 ? 'normal' : 'abnormal'}"}`,
    );
    const { events, totals } = await run({ files: [await file(lines.join('\n'), '.ndjson')] });
    expect(events.map(({ userId, isAbnormal }) => [userId, isAbnormal])).toEqual(
      lines.map((line) => JSON.parse(line)).map(({ userId, eventType }) => [userId, eventType === 'abnormal']),
    );
    expect(totals).toMatchObject({ events: 30_000, lines: 30_000 });
  });

  it('goes on from any snapshot with the same events', async () => {
    const log = await file(`${failed('a')}\nnoise\n${failed('b', 4)}\n${failed('b', 0)}\n${failed('c', 3)}`);
    const csv = await file('userId,eventType\r\n"x\ny",normal\r\nbad\r\nz,abnormal\r\n"open\n', '.csv');
    const ndjson = await file(
      `\ufeff{"userId":"a","eventType":"normal"}\n\nnot\n${'y'.repeat(1_500_000)}\n{"userId":"b","eventType":"abnormal"}`,
      '.ndjson',
    );
    await restoresEverywhere({ files: [log, csv, ndjson, log], key: 'user' });
  });

  it('hands a message repeated two milliard times over piece by piece', async () => {
    const reader = await startReader(new FileSource({ files: [await file(failed('a', 2_000_000_000))], key: 'user' }));
    await reader.isAvailable();
    const records: UserEvent[] = [];
    for (let polls = 0; polls < 10; polls++) reader.pollNext({ collect: (event) => records.push(event), hasRoom: () => true });
    expect(reader.snapshotState(0)[0]).toMatchObject({ offset: 0, repeated: records.length, events: records.length });
    expect(records.length).toBeLessThan(10_000);
    await reader.close?.();
  });

  it('has one reader only', async () => {
    const options = { files: [await file(failed('a'))], key: 'user' } as const;
    const other = await startReader(new FileSource(options), undefined, { indexOfThisSubtask: 1 });
    expect(await readAll(other)).toEqual([]);
    expect(other.snapshotState(0)).toEqual([]);
    expect(await readAll(await startReader(new FileSource(options), []))).toEqual([]);
  });

  it('says what is wrong with its files before it reads any', async () => {
    const good = await file(failed('a'));
    await expect(run({ files: [good, join(directory, 'none')] })).rejects.toThrow(/none cannot be read: there is no such file/);
    await expect(run({ files: [directory] })).rejects.toThrow(/is a directory/);
    await expect(run({ files: ['/dev/null'] })).rejects.toThrow(/no regular file/);
    await expect(run({ files: [await file('who knows\n', '.txt')] })).rejects.toThrow(/--format/);
  });

  it('refuses to go on in a file that was cut, or in another list of files', async () => {
    const path = await file(`${failed('a')}\n${failed('b')}\n`);
    const reader = await startReader(new FileSource({ files: [path], key: 'user' }));
    await reader.isAvailable();
    let taken = 0;
    reader.pollNext({ collect: () => taken++, hasRoom: () => taken < 1 });
    const state = reader.snapshotState(0);
    await reader.close?.();
    await expect(run({ files: [await file('')] }, state)).rejects.toThrow(/same files in the same order/);
    await truncate(path, 5);
    await expect(run({ files: [path] }, state)).rejects.toThrow(/was cut or replaced/);
    await rm(path);
    await expect(run({ files: [path] }, state)).rejects.toThrow(/no such file/);
  });
});
