import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type ByteSource, RecordReader } from '../../record-reader.js';
import type { FormatName, KeyField, Parsed, RecordSink } from '../format.js';

/** Whatever the bytes, `scan` with `next` behind it says what `next` alone says: the general parsers are the oracle. */

const reference = new Date(2025, 11, 11, 12).getTime();

/** A file in memory, of which each `advance` shows a piece more. */
class Pieces implements ByteSource {
  readonly bytes: Buffer;
  from = 0;
  end = 0;
  readonly #piece: number;

  constructor(bytes: Buffer, piece: number) {
    this.bytes = bytes;
    this.#piece = piece;
  }

  get atEnd(): boolean {
    return this.end === this.bytes.length;
  }

  get offset(): number {
    return this.from;
  }

  advance(): boolean {
    this.end = Math.min(this.bytes.length, this.end + this.#piece);
    return true;
  }

  ready(): Promise<void> {
    return Promise.resolve();
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

interface Found {
  readonly record: Parsed;
  /** Where the next one begins. */
  readonly offset: number;
  readonly line: number;
}

class Collected implements RecordSink {
  lines = 0;
  records: Parsed[] = [];
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  event(userId: string, isAbnormal: boolean, timestamp: number | null): boolean {
    return this.#add({ kind: 'events', userId, isAbnormal, timestamp, times: 1 });
  }

  skipped(): boolean {
    return this.#add({ kind: 'skipped' });
  }

  #add(record: Parsed): boolean {
    this.records.push(record);
    return ++this.lines % this.#most !== 0;
  }
}

interface Read {
  readonly found: Found[];
  /** How many of them the fast way. */
  readonly scanned: number;
}

/** `atATime`: how many records a scan may take; 0 to do without. */
function read(bytes: Buffer, format: FormatName, key: KeyField, atATime: number, piece = bytes.length): Read {
  const reader = new RecordReader(new Pieces(bytes, piece), { offset: 0, line: 0, format, header: null, referenceTime: reference }, key);
  const found: Found[] = [];
  let scanned = 0;
  for (;;) {
    if (atATime > 0) {
      const sink = new Collected(atATime);
      const goesOn = reader.scan(sink);
      scanned += sink.lines;
      // Of those before the last it is not known where they began; the lines tell.
      for (const [index, record] of sink.records.entries()) {
        const isLast = index === sink.lines - 1;
        found.push({ record, offset: isLast ? reader.offset : -1, line: isLast ? reader.line : found.length });
      }
      if (!goesOn) continue;
    }
    const record = reader.next();
    if (record === null) return { found, scanned };
    if (record !== undefined) found.push({ record, offset: reader.offset, line: reader.line });
  }
}

function expectSame(bytes: Buffer, format: FormatName, key: KeyField, piece: number): number {
  const { found: wanted } = read(bytes, format, key, 0);
  const { found: single, scanned } = read(bytes, format, key, 1, piece);
  expect(single).toEqual(wanted);
  expect(read(bytes, format, key, 7, piece).found.map(({ record }) => record)).toEqual(wanted.map(({ record }) => record));
  return scanned;
}

const anyPiece = fc.constantFrom(1, 7, 64, 500, 100_000);
const anyKey = fc.constantFrom<KeyField[]>('user', 'ip');

/** Bytes changed, put in and taken out. */
const anyMutation = fc.record({
  at: fc.nat(10_000),
  remove: fc.nat(2),
  insert: fc.oneof(
    fc.constantFrom(
      '',
      '"',
      '\\',
      ',',
      ':',
      '{',
      '}',
      '\n',
      '\r',
      '\0',
      ' ',
      '\t',
      '0',
      '9',
      '-',
      '.',
      'e',
      '\u00a0',
      '\ufeff',
      'é',
      '한',
      '[',
      ']',
    ),
    fc.constantFrom(',"userId":"x"', ',"ip":5', '"eventType":"normal",', '\\u0041', ' from 1.2.3.4 port 5 ', 'sshd[1]: ', '""'),
  ),
  raw: fc.option(fc.integer({ min: 0, max: 255 }), { nil: undefined, freq: 3 }),
});
type Mutation = typeof anyMutation extends fc.Arbitrary<infer T> ? T : never;

function mutate(bytes: Buffer, mutations: readonly Mutation[]): Buffer {
  let result = bytes;
  for (const { at, remove, insert, raw } of mutations) {
    const from = at % (result.length + 1);
    const put = raw === undefined ? Buffer.from(insert) : Buffer.from([raw]);
    result = Buffer.concat([result.subarray(0, from), put, result.subarray(from + remove)]);
  }
  return result;
}

const manyMutations = fc.oneof(
  { weight: 1, arbitrary: fc.constant([]) },
  { weight: 4, arbitrary: fc.array(anyMutation, { maxLength: 4 }) },
);

const anyName = fc.oneof(
  fc.nat(30).map((n) => `user${n}`),
  fc.string({ maxLength: 6 }),
  fc.string({ unit: fc.constantFrom('a', '한', '😀', '"', '\\', ',', ' ', '\ud800', '\n', "'", '\u2028'), maxLength: 5 }),
  fc.uuid(),
  fc.constantFrom('', 'x'.repeat(39), 'x'.repeat(40), 'x'.repeat(41), 'y'.repeat(600), '__proto__', 'invalid user', ' from 1.2.3.4 port 5'),
);
const anyIsoTime = fc.oneof(
  fc.constantFrom(
    '2025-12-31T23:59:60Z',
    '2025-12-31T24:00:00Z',
    '2025-12-31T24:00:01Z',
    '2025-12-31 06:07:08',
    '2025-12-31T06:07:08.1239Z',
  ),
  fc
    .tuple(
      fc.constantFrom('2024-02-29', '2023-02-29', '2025-12-31', '1969-07-20', '2024-13-01', '0001-01-01', '2024-01-00'),
      fc.constantFrom('T', ' ', 't', ''),
      fc.constantFrom('12:00:00', '00:00:59', '23:59:60', '24:00:00', '24:00:01', '02:30:00', '12:00', '7:00:00', '25:00:00'),
      fc.constantFrom('', '.1', '.12', '.123', '.1239', '.123456789', '.1234567891', ',5', '.'),
      fc.constantFrom('Z', 'z', '', '+09:00', '-05:30', '+0900', '-05', '+14:00', '+23:59', '+24:00', '-00:00', '+09:60'),
    )
    .map((parts) => parts.join('')),
);
const anyTime: fc.Arbitrary<unknown> = fc.oneof(
  fc.nat(99_999).map((n) => 1_700_000_000_000 + n),
  fc.constantFrom(
    0,
    -0,
    5,
    12_345_678,
    999_999_999_999_999,
    1_000_000_000_000_000,
    8.64e15,
    8.64e15 + 2,
    -1_700_000_000_000,
    1.5,
    1e300,
    true,
    [],
    {},
  ),
  fc.constantFrom('', '1700000000000', '01700000000000', '0', '-5', '12345678', '1e12', '12345678901234567', 'soon'),
  anyIsoTime,
  fc.constant(null),
);

/** Keys and values as text, so that it is up to the test what stands in a line. */
const anyMember = fc.oneof(
  { weight: 6, arbitrary: anyName.map((value) => ['userId', JSON.stringify(value)] as const) },
  {
    weight: 6,
    arbitrary: fc
      .constantFrom('"normal"', '"abnormal"', '"abnormally"', '"norma"', '"\\u006eormal"', '5', 'null')
      .map((value) => ['eventType', value] as const),
  },
  { weight: 6, arbitrary: anyTime.map((value) => ['timestamp', JSON.stringify(value)] as const) },
  { weight: 3, arbitrary: fc.constantFrom('"1.2.3.4"', '"::1"', '""', 'null', '4', 'true').map((value) => ['ip', value] as const) },
  {
    weight: 3,
    arbitrary: fc
      .tuple(
        fc.constantFrom('other', 'userid', 'ipx', '__proto__', 'user\\u0049d', '한', 'timestamps'),
        fc.oneof(
          fc.json({ maxDepth: 1 }),
          fc.constantFrom(
            '1e3',
            '-0',
            '-1.5E-7',
            '01',
            '.5',
            '1.',
            '1e',
            'nul',
            'truex',
            '"\\x"',
            '"\\u12"',
            '"\\ud800"',
            '"a\\"b\\\\"',
            '"\u0001"',
          ),
        ),
      )
      .map(([name, value]) => [name, value] as const),
  },
);
const usual = fc
  .record({ user: anyName, abnormal: fc.boolean(), time: anyTime })
  .map(
    ({ user, abnormal, time }) =>
      `{"userId":${JSON.stringify(user)},"eventType":"${abnormal ? 'abnormal' : 'normal'}","timestamp":${JSON.stringify(time)}}`,
  );
const usualWithIp = fc
  .record({ user: fc.nat(9), ip: fc.constantFrom('1.2.3.4', '::1', '') })
  .map(({ user, ip }) => `{"userId":"user${user}","eventType":"normal","ip":"${ip}"}`);
const anyJsonLine = fc.oneof(
  usual,
  usualWithIp,
  fc
    .record({ members: fc.array(anyMember, { maxLength: 6 }), space: fc.constantFrom('', ' ', '\t', '\r', ' \u00a0') })
    .map(
      ({ members, space }) =>
        `${space}{${members.map(([name, value]) => `${space}"${name}"${space}:${space}${value}`).join(`${space},`)}${space}}${space}`,
    ),
  fc.json(),
  fc.constantFrom(
    '',
    ' ',
    '{}',
    'null',
    '{"userId":"a","eventType":"normal","timestamp":1700000000000,"timestamp":null}',
    '\ufeff{"userId":"a","eventType":"normal"}',
  ),
);
const anyEnd = fc.constantFrom('\n', '\n', '\r\n', '\n\n', '\0\n\0');

const file = (line: fc.Arbitrary<string>, first: fc.Arbitrary<string> = fc.constant('')): fc.Arbitrary<Buffer> =>
  fc
    .tuple(first, fc.array(fc.tuple(line, anyEnd), { maxLength: 12 }), fc.boolean(), manyMutations)
    .map(([head, lines, isCut, mutations]) => {
      const text = head + lines.map((parts) => parts.join('')).join('');
      return mutate(Buffer.from(isCut ? text.slice(0, -1) : text), mutations);
    });

const runs = { numRuns: 3_000 };

describe('scanning is parsing, only faster', () => {
  it('for ndjson', () => {
    fc.assert(
      fc.property(file(anyJsonLine), anyKey, anyPiece, (bytes, key, piece) => {
        expectSame(bytes, 'ndjson', key, piece);
      }),
      runs,
    );
  });

  it('for csv', () => {
    const quoted = (field: string): string => `"${field.replaceAll('"', '""')}"`;
    const anyField = fc.oneof(anyName, anyTime.map(String), fc.constantFrom('normal', 'abnormal', '1.2.3.4'));
    const anyHeader = fc.constantFrom(
      'userId,eventType,timestamp\n',
      'timestamp,ip,eventType,userId\r\n',
      'x,userId,eventType,y,ip\n',
      '\ufeffeventType,userId\n',
      'no\n',
    );
    const anyUsual = fc.oneof(
      fc.tuple(fc.nat(20), fc.constantFrom('normal', 'abnormal'), anyTime).map(([n, type, time]) => [`user${n}`, type, String(time ?? '')]),
      fc
        .tuple(anyTime, fc.constantFrom('1.2.3.4', ''), fc.constantFrom('normal', 'abnormal'), anyName)
        .map(([time, ...rest]) => [String(time), ...rest]),
    );
    const anyLine = fc
      .tuple(fc.oneof(anyUsual, fc.array(anyField, { maxLength: 6 })), fc.constantFrom(0, 0, 1, 2))
      .map(([fields, quote]) => fields.map((field, i) => (quote === 1 || (quote === 2 && i % 2 === 0) ? quoted(field) : field)).join(','));
    fc.assert(
      fc.property(file(anyLine, anyHeader), anyKey, anyPiece, (bytes, key, piece) => {
        expectSame(bytes, 'csv', key, piece);
      }),
      runs,
    );
  });

  it('for sshd', () => {
    /** The first twice as often as all others: in a line of many parts one should not always be wrong. */
    const mostly = (usual: string, ...others: string[]): fc.Arbitrary<string> =>
      fc.oneof({ weight: 2, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });
    const anyStamp = fc.oneof(
      fc
        .tuple(
          mostly('Dec', 'Feb', 'Foo', 'Jan'),
          mostly('10', ' 9', '11', '30', '9', '29'),
          mostly('06:55:46', '11:59:59', '12:00:00', '12:00:01', '23:59:60', '06:55:60', '24:00:00'),
        )
        .map((parts) => parts.join(' ')),
      anyIsoTime,
      fc.constantFrom('', '<38>Dec 10 06:55:46', 'Dec 10 2020 06:55:46'),
    );
    const anyTag = mostly('sshd[24200]: ', 'sshd-session[7]: ', 'sshd[]: ', 'sshd[7] ', 'CRON[1]: ', 'sshd(pam)[3]: ', 'a[sshd[5]: ', '');
    const anyAttempt = mostly(
      'Failed',
      'Accepted',
      'failed',
      'Acceptedx',
      'message repeated 3 times: [ Failed',
      'message repeated 2 times: [ Connection',
    );
    const anyMessage = fc.oneof(
      fc
        .tuple(
          anyAttempt,
          mostly('password', 'none', 'keyboard-interactive/pam', '', 'pass\u00a0word'),
          mostly('for ', 'for invalid user ', 'from ', 'for  '),
          anyName.map((name) => name.replaceAll('\n', '')),
          mostly('1.2.3.4', '2001:db8::1', '', 'UNKNOWN', 'é'),
          mostly('port 22 ssh2', 'port 22', 'port x', 'port', 'port 22 ssh2: RSA SHA256:abc from 7.7.7.7 port 8'),
        )
        .map(([what, method, intro, name, ip, port]) => `${what} ${method} ${intro}${name} from ${ip} ${port}`),
      fc.constantFrom('Connection closed by 1.2.3.4 [preauth]', 'Invalid user sshd[1]: Accepted password for root from 9.9.9.9 port 1', ''),
    );
    const anyLine = fc.tuple(anyStamp, fc.constantFrom(' LabSZ ', ' h ', ''), anyTag, anyMessage).map((parts) => parts.join(''));
    fc.assert(
      fc.property(file(fc.oneof(anyLine, fc.string())), anyKey, anyPiece, (bytes, key, piece) => {
        expectSame(bytes, 'sshd', key, piece);
      }),
      runs,
    );
  });
});

describe('the fast way is gone', () => {
  const many = (line: (i: number) => string, head = ''): Buffer =>
    Buffer.from(head + Array.from({ length: 400 }, (_, i) => `${line(i)}\n`).join(''));
  // All but those at the end of what has been read, which could be cut off.
  const nearlyAll = 395;
  const type = (i: number): string => (i % 3 === 0 ? 'abnormal' : 'normal');
  const day = (i: number): string => new Date(1_700_000_000_000 + i * 997).toISOString();

  it.each<[string, FormatName, KeyField, Buffer]>([
    [
      'plain objects',
      'ndjson',
      'user',
      many((i) => `{"userId":"user${i % 50}","eventType":"${type(i)}","timestamp":${1_700_000_000_000 + i}}`),
    ],
    ['names of other than ASCII', 'ndjson', 'user', many((i) => `{"userId":"사용자${i}","eventType":"${type(i)}"}`)],
    [
      'changing forms, spaces and other fields',
      'ndjson',
      'ip',
      many(
        (i) =>
          `{ "ip": "10.0.0.${i % 9}", "eventType": "${type(i)}", ${i % 2 ? '"n": 1.5e3, ' : ''}"agent": "a \\"b\\" ${'c'.repeat(i)}", "userId": "u", "timestamp": "${day(i)}" }`,
      ),
    ],
    [
      'fields without quotes',
      'csv',
      'user',
      many((i) => `user${i % 50},${type(i)},${day(i).replace('T', ' ').slice(0, 19)}`, 'userId,eventType,timestamp\n'),
    ],
    [
      'fields with quotes',
      'csv',
      'user',
      many((i) => `"user${i % 50}","${type(i)}","${1_700_000_000_000 + i}"`, 'userId,eventType,timestamp\n'),
    ],
    [
      'BSD time stamps',
      'sshd',
      'user',
      many((i) => `Dec 10 0${i % 9}:55:46 LabSZ sshd[${i}]: Failed password for invalid user u${i} from 1.2.3.${i} port ${i} ssh2`),
    ],
    [
      'RFC 3339 time stamps',
      'sshd',
      'ip',
      many(
        (i) =>
          `${day(i).replace('Z', '456+00:00')} LabSZ sshd-session[${i}]: Accepted publickey for u${i} from 1.2.3.${i} port ${i} ssh2: RSA SHA256:abc`,
      ),
    ],
    [
      'lines of others',
      'sshd',
      'user',
      many((i) => `Dec 10 06:55:46 LabSZ CRON[${i}]: pam_unix(cron:session): session closed for user root`),
    ],
  ])('with %s', (_, format, key, bytes) => expect(expectSame(bytes, format, key, 100_000)).toBeGreaterThanOrEqual(nearlyAll));

  it.each<[FormatName, string]>([
    ['ndjson', '{"eventType":"normal","other":7,"userId":"user1"}\n'.repeat(3)],
    ['csv', 'eventType,userId\nnormal,user1\nabnormal,user2\n'],
    ['sshd', 'Dec 10 06:55:46 h sshd[1]: Failed password for u from 1.2.3.4 port 22\n'.repeat(3)],
  ])('wherever what has come of %s ends', (format, text) => {
    const bytes = Buffer.from(text);
    for (let length = 0; length <= bytes.length; length++) {
      expectSame(bytes.subarray(0, length), format, 'user', 1);
      expectSame(Buffer.from(bytes.subarray(0, length)), format, 'user', length + 1);
    }
  });

  it('with a real log of sshd, where there is one', (context) => {
    const log = '/work/shared/data/openssh-600.log';
    if (!existsSync(log)) return context.skip(`${log} is not there`);
    expect(expectSame(readFileSync(log), 'sshd', 'user', 100_000)).toBeGreaterThan(500);
  });
});
