import type { FileSource, HttpSource, SourceState } from '@weir/protocol';
import { describe, expect, it } from 'vitest';
import { sourceMessages } from './messages.js';
import { sourceRows } from './source-rows.js';

const rows = (source: SourceState, language: 'en' | 'ko' = 'en') =>
  Object.fromEntries(sourceRows(source, sourceMessages[language]).map(({ name, value, bad }) => [name, bad ? `! ${value}` : value]));

const followed: FileSource = {
  kind: 'files',
  files: ['/var/log/auth.log'],
  format: 'sshd',
  key: 'ip',
  follow: true,
  figures: {
    bytes: 2_000_000,
    lines: 12_345,
    malformed: 0,
    skipped: 7,
    bytesMissing: 0,
    pendingBytes: 3_000,
    pendingTime: 65_000,
    openFiles: 2,
  },
};

describe('a followed file', () => {
  it('is described in words, with what is read, lost and left', () =>
    expect(rows(followed)).toEqual({
      Source: 'followed file · /var/log/auth.log',
      'Bytes missing': '0 B',
      Format: 'sshd',
      'Counted by': 'IP address',
      'Read so far': '12,345 lines · 1.9 MB',
      'Behind the end': '2.9 KB · 1m 05s',
      'Malformed lines': '0',
      'Skipped lines': '7',
      'Files held open': '2',
    }));

  it('is at its end only if there is one', () => {
    const at = (figures: FileSource['figures']) => rows({ ...followed, figures })['Behind the end'];
    expect(at({ pendingBytes: 0, pendingTime: 0, openFiles: 1 })).toBe('at the end');
    expect(at({ pendingBytes: 0, openFiles: 0 })).toBe('0 B');
    expect(at({})).toBe('—');
  });

  it('has what was lost stand out, and nothing made up while nothing is known', () => {
    expect(rows({ ...followed, figures: { bytesMissing: 42, malformed: 3, openFiles: 0 } })).toMatchObject({
      'Bytes missing': '! 42 B',
      'Malformed lines': '! 3',
      'Read so far': '— lines · —',
      'Files held open': 'none: the file is not there yet',
    });
    expect(rows({ ...followed, figures: {} })).not.toHaveProperty('Bytes missing');
  });

  it('says so in Korean', () =>
    expect(rows(followed, 'ko')).toMatchObject({
      Source: '계속 읽는 파일 · /var/log/auth.log',
      '집계 기준': 'IP 주소',
      '읽은 양': '12,345줄 · 1.9 MB',
    }));
});

it('tells of HTTP what was accepted, waits, is on disk and was refused', () => {
  const source: HttpSource = {
    kind: 'http',
    key: 'user',
    figures: { accepted: 1_000, waiting: 10, waitingBytes: 900, bytesOnDisk: 2_048, refused: 2, malformed: 0, bytesMissing: 0 },
  };
  expect(rows(source)).toEqual({
    Source: 'HTTP · POST /api/events',
    'Bytes missing': '0 B',
    'Counted by': 'user',
    Accepted: '1,000 events',
    Waiting: '10 events · 900 B',
    'On disk': '2.0 KB',
    'Refused (429)': '! 2 requests',
  });
});

it('tells how events are made by a source that makes them', () => {
  expect(rows({ kind: 'simulated', intervalMs: 5_000, abnormalRate: 0.3, seed: 7 })).toEqual({
    Source: 'simulated',
    'Event interval': '5.00 s for each user',
    'Abnormal events': '30%',
    'Random seed': '7',
  });
  expect(rows({ kind: 'load', keys: 1_000, rate: 0, abnormalRate: 0.3 })).toMatchObject({
    Keys: '1,000',
    'Events a second': 'as many as are taken',
  });
  expect(rows({ kind: 'none' })).toEqual({ Source: 'none' });
});
