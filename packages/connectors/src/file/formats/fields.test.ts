import { describe, expect, it } from 'vitest';
import { CsvFormat } from './csv.js';
import { detectFormat } from './detect-format.js';
import type { Parsed } from './format.js';
import { NdjsonFormat } from './ndjson.js';

const event = (userId: string, isAbnormal: boolean, timestamp: number | null = null): Parsed => ({
  kind: 'events',
  userId,
  isAbnormal,
  timestamp,
  times: 1,
});
const malformed = (reason: string): Parsed => ({ kind: 'malformed', reason });
const blank: Parsed = { kind: 'blank' };

describe('ndjson format', () => {
  const parse = (text: string, key: 'user' | 'ip' = 'user'): Parsed => new NdjsonFormat({ key, referenceTime: 0 }).parse(text);

  it('takes events', () => {
    expect(parse('{"userId":"u","eventType":"abnormal","timestamp":5}')).toEqual(event('u', true, 5));
    expect(parse(' { "timestamp": "1970-01-01T00:00:01Z", "eventType": "normal", "userId": "\\ud55c", "more": [1] } ')).toEqual(
      event('한', false, 1000),
    );
    expect(parse('{"userId":"","eventType":"normal","timestamp":null,"ip":null}')).toEqual(event('', false));
    expect(parse('{"userId":"u","eventType":"normal","ip":"1.2.3.4"}', 'ip')).toEqual(event('1.2.3.4', false));
  });

  it.each([
    ['{', 'not JSON'],
    ['[]', 'not a JSON object'],
    ['null', 'not a JSON object'],
    ['"x"', 'not a JSON object'],
    ['{}', 'userId is missing'],
    ['{"userId":5,"eventType":"normal"}', 'userId is not text'],
    ['{"userId":"u"}', 'eventType is missing'],
    ['{"userId":"u","eventType":"odd"}', 'eventType is neither normal nor abnormal'],
    ['{"userId":"u","eventType":"normal","timestamp":"soon"}', 'timestamp is neither milliseconds nor ISO 8601'],
    ['{"userId":"u","eventType":"normal","ip":4}', 'ip is not text'],
    ['{"__proto__":{"userId":"u","eventType":"normal"}}', 'userId is missing'],
  ])('names what is wrong with %s', (text, reason) => expect(parse(text)).toEqual(malformed(reason)));

  it('wants an address for key ip alone', () => {
    expect(parse('{"userId":"u","eventType":"normal"}', 'ip')).toEqual(malformed('ip is missing'));
    expect(parse('')).toEqual(blank);
  });
});

describe('csv format', () => {
  const csv = (header: string, key: 'user' | 'ip' = 'user'): CsvFormat => {
    const format = new CsvFormat({ key, referenceTime: 0 }, null);
    format.parse(header);
    return format;
  };

  it('finds its columns in any order, others among them', () => {
    expect(csv('ip,eventType,other,userId').parse('1.2.3.4,abnormal,,"a,""b"""')).toEqual(event('a,"b"', true));
    expect(csv('timestamp,userId,eventType,ip', 'ip').parse('7,u,normal,1.2.3.4')).toEqual(event('1.2.3.4', false, 7));
    expect(csv('userId,eventType,timestamp').parse('u,normal,')).toEqual(event('u', false));
  });

  it('goes on with the header that a checkpoint kept', () => {
    const { header } = csv('eventType,userId');
    expect(new CsvFormat({ key: 'user', referenceTime: 0 }, header).parse('normal,u')).toEqual(event('u', false));
  });

  it('names what is wrong', () => {
    expect(new CsvFormat({ key: 'user', referenceTime: 0 }, null).parse('a,b')).toEqual(malformed('no column is named userId'));
    expect(new CsvFormat({ key: 'ip', referenceTime: 0 }, null).parse('userId,eventType')).toEqual(malformed('no column is named ip'));
    expect(new CsvFormat({ key: 'user', referenceTime: 0 }, null).parse('userId,eventType,userId')).toEqual(
      malformed('two columns are named userId'),
    );
    expect(csv('a,b').parse('u,normal')).toEqual(malformed('the first line does not name the columns'));
    expect(csv('userId,eventType').parse('u,normal,1')).toEqual(malformed('3 fields where the first line names 2'));
    expect(csv('userId,eventType').parse('u,odd')).toEqual(malformed('eventType is neither normal nor abnormal'));
    expect(csv('userId,eventType,ip', 'ip').parse('u,normal,')).toEqual(malformed('ip is missing'));
    expect(csv('userId,eventType').parse('')).toEqual(blank);
  });
});

describe('detectFormat', () => {
  it.each([
    ['a.CSV', 'x', 'csv'],
    ['a.ndjson', 'x', 'ndjson'],
    ['a.jsonl', 'x', 'ndjson'],
    ['a', '\ufeff\n\n{"userId":"sshd[1]: "}\n', 'ndjson'],
    ['a', 'oops\n{"userId":"u"}\n', 'ndjson'],
    ['a.txt', 'x,"userId",eventType\nsshd[1]: ,u,normal\n', 'csv'],
    ['auth.log', 'Dec  1 00:00:00 h CRON[1]: x\nDec  1 00:00:00 h sshd-session[1]: x\n', 'sshd'],
    ['auth.log', 'Dec  1 00:00:00 h CRON[1]: x\n', 'sshd'],
    ['auth.log', '2025-01-01T00:00:00.1+01:00 h CRON[1]: x\n', 'sshd'],
    ['a', '', 'ndjson'],
    ['a', 'who knows\n', undefined],
  ])('%s with %j is %s', (path, text, want) => expect(detectFormat(path, Buffer.from(text))).toBe(want));
});
