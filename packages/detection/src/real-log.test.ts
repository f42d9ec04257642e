import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { FileSource, isAbnormalEvent } from '@weir/connectors';
import { InputStatus, type SourceReaderContext } from '@weir/runtime';
import { describe, expect, it } from 'vitest';
import { AbnormalCountProcessFunction } from './abnormal-count-process-function.js';
import type { UserEvent } from './events.js';
import { DEFAULT_SEED } from './job-parameters.js';
import { FakeProcess } from './testing/fake-process.js';
import { detectionOracle } from './testing/oracle.js';

/** Beside the project where it is built; not part of it. */
const LOG = fileURLToPath(new URL('../../../../shared/data/openssh-600.log', import.meta.url));

async function read(path: string, key: 'user' | 'ip'): Promise<UserEvent[]> {
  const counter = { inc: () => {}, count: 0 };
  const context = { indexOfThisSubtask: 0, counter: () => counter, publish: () => {} } as unknown as SourceReaderContext;
  const reader = new FileSource({ files: [path], key }).createReader(context);
  await reader.start(undefined);
  const events: UserEvent[] = [];
  for (;;) {
    const status = reader.pollNext({ collect: (event) => events.push(event), hasRoom: () => true });
    if (status === InputStatus.END_OF_INPUT) return events;
    if (status === InputStatus.NOTHING_AVAILABLE) await reader.isAvailable();
  }
}

/** Apart from the format's own code: the pattern as one would write it at a prompt. */
async function grep(path: string, key: 'user' | 'ip'): Promise<UserEvent[]> {
  const events: UserEvent[] = [];
  for (const line of (await readFile(path, 'utf8')).split('\n')) {
    const match =
      /sshd(?:-session)?\[\d+\]: (?:message repeated (\d+) times: \[ )?(Failed|Accepted) \S+ for (?:invalid user )?(.*) from (\S+) port \d+/.exec(
        line,
      );
    for (let n = 0; match && n < Number(match[1] ?? 1); n++) {
      events.push({ userId: match[key === 'user' ? 3 : 4], isAbnormal: match[2] === 'Failed', timestamp: null, sequence: events.length });
    }
  }
  return events;
}

describe.skipIf(!existsSync(LOG))(`a real log (${LOG})`, () => {
  it.each([
    ['user', 31, 102, { root: 67, admin: 35 }],
    ['ip', 17, 118, { '103.99.0.122': 30, '112.95.230.3': 26 }],
  ] as const)('by %s has %d keys and %d alerts', async (key, keys, alerts, highest) => {
    const events = await read(LOG, key);
    expect(events.map((event) => ({ ...event, timestamp: null }))).toEqual(await grep(LOG, key));
    expect(events).toHaveLength(147);
    expect(events.every(({ timestamp }) => timestamp !== null)).toBe(true);
    const process = new FakeProcess(new AbnormalCountProcessFunction());
    for (const event of events) process.process(event);
    const { keyed } = process.snapshot();
    expect([keyed.size, process.alerts.length]).toEqual([keys, alerts]);
    for (const [name, count] of Object.entries(highest)) expect(keyed.get(name)).toBe(count);
  });
});

describe('the default seed', () => {
  const INTERVAL_SECONDS = 5;
  const firstAlert = (split: number): number => {
    const events = Array.from({ length: 36 }, (_, n) => ({
      userId: '',
      isAbnormal: isAbnormalEvent({ seed: DEFAULT_SEED, abnormalRate: 0.3 }, split, n),
      timestamp: null,
      sequence: n,
    }));
    return (detectionOracle(events).alerts[0]?.sequence ?? Number.POSITIVE_INFINITY) * INTERVAL_SECONDS;
  };

  it('has a first alert within 20 s and one of each user within 3 minutes', () => {
    const seconds = [0, 1, 2].map(firstAlert);
    expect(Math.min(...seconds)).toBeLessThan(20);
    expect(Math.max(...seconds)).toBeLessThan(180);
  });
});
