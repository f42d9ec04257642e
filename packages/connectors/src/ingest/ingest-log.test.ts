import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FailingIngestDisk } from '../testing/failing-ingest-disk.js';
import { KEY_LIFETIME } from './idempotency-keys.js';
import { KeyReusedError } from './ingest-error.js';
import type { IngestFrame } from './ingest-frame.js';
import { type Accepted, IngestLog, type IngestLogOptions } from './ingest-log.js';
import { recoverLog } from './recover-log.js';
import { listSegments } from './segments.js';

let root = '';
let directory = '';
const logs: IngestLog[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'weir-ingest-'));
  directory = join(root, 'ingest');
});
afterEach(async () => {
  for (const log of logs.splice(0)) await log.close();
  rmSync(root, { recursive: true, force: true });
});

async function open(options: Partial<IngestLogOptions> = {}): Promise<IngestLog> {
  const log = await IngestLog.open({ directory, ...options });
  logs.push(log);
  return log;
}

async function reopen(options: Partial<IngestLogOptions> = {}): Promise<IngestLog> {
  for (const log of logs.splice(0)) await log.close();
  return open(options);
}

const events = (...names: string[]) => ({ lines: names.map((name) => `{"userId":"${name}"}\n`).join(''), count: names.length });
const hash = (n: number): string => n.toString(16).padStart(32, '0');
const keyed = (key: string, n: number, ...names: string[]) => ({ ...events(...names), idempotency: { key, hash: hash(n) } });

async function frames(at = directory): Promise<IngestFrame[]> {
  const found: IngestFrame[] = [];
  await recoverLog(at, (frame) => found.push(frame));
  return found;
}

const names = async (at = directory): Promise<string[]> =>
  (await frames(at)).flatMap(({ lines }) => [...lines.matchAll(/"userId":"(.*)"/g)].map((match) => match[1]));

describe('IngestLog', () => {
  it('numbers events and has them again after it was closed', async () => {
    const log = await open();
    expect(await log.append(events('a', 'b'))).toEqual({ first: 0, count: 2 });
    expect(await log.append(events('c'))).toEqual({ first: 2, count: 1 });
    const again = await reopen();
    expect(again.next).toBe(3);
    expect(await again.append(events('d'))).toEqual({ first: 3, count: 1 });
    expect(await names()).toEqual(['a', 'b', 'c', 'd']);
  });

  it('lets what arrives during a sync share the next one', async () => {
    const disk = new FailingIngestDisk();
    const log = await open({ disk });
    let release = (): void => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    disk.before = (operation) => (operation === 'sync' ? held : undefined);
    disk.done.length = 0;
    const all: Promise<Accepted>[] = [];
    for (let n = 0; n < 500; n++) all.push(log.append(events(`u${n}`)));
    release();
    const accepted = await Promise.all(all);
    expect(accepted.map(({ first }) => first)).toEqual(all.map((_, n) => n));
    expect(disk.done.filter((operation) => operation === 'sync')).toHaveLength(2);
    expect(await names()).toEqual(all.map((_, n) => `u${n}`));
  });

  it('answers nobody before the sync is done', async () => {
    const disk = new FailingIngestDisk();
    const log = await open({ disk });
    disk.done.length = 0;
    await log.append(events('a')).then(() => expect(disk.done).toEqual(['write', 'sync']));
  });

  it('cuts off a torn tail, wherever it is torn, and nothing before it', async () => {
    const log = await open();
    const ends: number[] = [];
    for (const name of ['a', 'b', 'c']) {
      await log.append(keyed(name, 1, name, `${name}2`));
      ends.push(log.position);
    }
    await log.close();
    logs.length = 0;
    const [segment] = await listSegments(directory);
    const bytes = readFileSync(segment.path);
    const torn = join(root, 'torn');
    for (let length = 0; length < bytes.length; length++) {
      rmSync(torn, { recursive: true, force: true });
      const at = await IngestLog.open({ directory: torn });
      await at.close();
      // Without the mark, as after a loss of power.
      rmSync(join(torn, 'durable.mark'));
      writeFileSync(join(torn, segment.path.split('/').at(-1) as string), bytes.subarray(0, length));
      const opened = await IngestLog.open({ directory: torn });
      const whole = ends.filter((end) => end <= length).length;
      expect(opened.next).toBe(whole * 2);
      await opened.append(events('d'));
      await opened.close();
      expect(await names(torn)).toEqual([...['a', 'a2', 'b', 'b2', 'c', 'c2'].slice(0, whole * 2), 'd']);
    }
  });

  it('takes no bytes of a torn tail for a request, whatever they are', async () => {
    const log = await open();
    await log.append(events('a'));
    const [segment] = await listSegments(directory);
    for (const garbage of [Buffer.alloc(40), Buffer.alloc(40, 0xff), Buffer.from([30, 0, 0, 0, ...Array(40).fill(7)])]) {
      await reopen();
      appendFileSync(segment.path, garbage);
      expect((await reopen()).next).toBe(1);
    }
    expect(await names()).toEqual(['a']);
  });

  it('refuses to open where accepted events are damaged, cut off or gone', async () => {
    const log = await open({ segmentBytes: 1 });
    for (const name of ['a', 'b', 'c']) await log.append(events(name));
    await reopen({ segmentBytes: 1 });
    for (const each of logs.splice(0)) await each.close();
    const segments = await listSegments(directory);
    expect(segments).toHaveLength(3);
    for (const [n, { path }] of segments.entries()) {
      const bytes = readFileSync(path);
      const flipped = Buffer.from(bytes);
      flipped[bytes.length - 3] ^= 1;
      writeFileSync(path, flipped);
      await expect(open()).rejects.toThrow(/is damaged at byte 0/);
      truncateSync(path, bytes.length - 1);
      await expect(open()).rejects.toThrow(/is damaged/);
      writeFileSync(path, bytes);
      if (n !== 1) continue;
      copyFileSync(path, join(root, 'aside'));
      rmSync(path);
      await expect(open()).rejects.toThrow(/does not go on where/);
      copyFileSync(join(root, 'aside'), path);
    }
    expect((await open()).next).toBe(3);
  });
});

describe('a disk that fails', () => {
  it.each(['write', 'sync'] as const)('at %s: what was not durable is told so, and is not there, then nor later', async (operation) => {
    const disk = new FailingIngestDisk();
    const log = await open({ disk });
    await log.append(events('a'));
    disk.fail = (each) => (each === operation ? 'EIO' : undefined);
    const failed = await Promise.allSettled([log.append(keyed('k', 1, 'b')), log.append(events('c', 'd'))]);
    expect(failed.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    disk.fail = () => undefined;
    expect(await names()).toEqual(['a']);
    expect(await log.append(keyed('k', 1, 'b'))).toEqual({ first: 1, count: 1 });
    expect((await reopen()).next).toBe(2);
    expect(await names()).toEqual(['a', 'b']);
  });

  it('for good: nothing is taken, and it goes on once the disk does', async () => {
    const disk = new FailingIngestDisk();
    const log = await open({ disk });
    disk.fail = () => 'ENOSPC';
    for (let n = 0; n < 3; n++) await expect(log.append(events('a'))).rejects.toThrow('ENOSPC');
    disk.fail = () => undefined;
    expect(await log.append(events('b'))).toEqual({ first: 0, count: 1 });
    expect(await names()).toEqual(['b']);
  });

  it('at a new segment: goes on with the same one', async () => {
    const disk = new FailingIngestDisk();
    const log = await open({ disk, segmentBytes: 1 });
    await log.append(events('a'));
    disk.fail = (operation) => (operation === 'syncDirectory' ? 'EIO' : undefined);
    await expect(log.append(events('b'))).rejects.toThrow('EIO');
    disk.fail = () => undefined;
    await log.append(events('c'));
    expect((await reopen()).next).toBe(2);
    expect(await names()).toEqual(['a', 'c']);
  });
});

describe('an idempotency key', () => {
  it('has the same answer while it is written, after it was, and after the log was opened again', async () => {
    const log = await open();
    const first = await Promise.all([
      log.append(keyed('k', 1, 'a', 'b')),
      log.append(keyed('k', 1, 'a', 'b')),
      log.append(keyed('l', 2, 'c')),
    ]);
    expect(first).toEqual([
      { first: 0, count: 2 },
      { first: 0, count: 2 },
      { first: 2, count: 1 },
    ]);
    for (const again of [log, await reopen()]) {
      expect(await again.append(keyed('k', 1, 'a', 'b'))).toEqual({ first: 0, count: 2 });
      await expect(again.append(keyed('k', 9, 'x'))).rejects.toThrow(KeyReusedError);
    }
    expect(await names()).toEqual(['a', 'b', 'c']);
  });

  it('is remembered for a day, also when its events are deleted sooner, and then forgotten', async () => {
    let time = 1_000;
    const options = { segmentBytes: 1, now: () => time };
    let log = await open(options);
    for (let n = 0; n < 4; n++) await log.append(keyed(`k${n}`, n, `u${n}`));
    await log.release(4);
    expect(await listSegments(directory)).toHaveLength(1);
    time += KEY_LIFETIME - 1;
    for (const again of [log, await reopen(options)]) {
      for (let n = 0; n < 4; n++) expect(await again.append(keyed(`k${n}`, n, `u${n}`))).toEqual({ first: n, count: 1 });
    }
    time += 2;
    log = await reopen(options);
    expect(await log.append(keyed('k0', 0, 'u0'))).toEqual({ first: 4, count: 1 });
  });
});

it('a file of keys that is damaged is named', async () => {
  await open();
  writeFileSync(join(directory, 'keys.ndjson'), '{"key":"k"\n');
  await expect(open()).rejects.toThrow(/keys\.ndjson is damaged/);
});

describe('what no checkpoint needs', () => {
  it('is deleted by whole segments, the last one never', async () => {
    const log = await open({ segmentBytes: 1 });
    for (let n = 0; n < 5; n++) await log.append(events(`u${n}`, `v${n}`));
    const firsts = async () => (await listSegments(directory)).map(({ first }) => first);
    for (const [needed, left] of [
      [0, [0, 2, 4, 6, 8]],
      [1, [0, 2, 4, 6, 8]],
      [4, [4, 6, 8]],
      [7, [6, 8]],
      [100, [8]],
    ] as const) {
      await log.release(needed);
      expect(await firsts()).toEqual(left);
    }
    expect(log.segments.map(({ first }) => first)).toEqual([8]);
    const again = await reopen();
    expect([again.next, again.position > 0]).toEqual([10, true]);
    expect(readdirSync(directory).filter((name) => name.endsWith('.new'))).toEqual([]);
  });

  it('is deleted the next time where a removal failed half way', async () => {
    const disk = new FailingIngestDisk();
    const log = await open({ disk, segmentBytes: 1 });
    for (let n = 0; n < 4; n++) await log.append(events(`u${n}`));
    let removals = 0;
    disk.fail = (operation) => (operation === 'remove' && ++removals === 2 ? 'EIO' : undefined);
    await expect(log.release(4)).rejects.toThrow('EIO');
    // Another has been here meanwhile.
    rmSync(log.segments[0].path);
    await log.release(4);
    expect((await listSegments(directory)).map(({ first }) => first)).toEqual([3]);
    expect(log.segments.map(({ first }) => first)).toEqual([3]);
  });
});
