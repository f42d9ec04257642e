import { describe, expect, it } from 'vitest';
import type { Parsed } from './format.js';
import { SshdFormat } from './sshd.js';

const now = new Date(2025, 11, 11, 12).getTime();
const parse = (line: string, key: 'user' | 'ip' = 'user'): Parsed => new SshdFormat({ key, referenceTime: now }).parse(line);
const head = 'Dec 10 06:55:48 LabSZ sshd[24200]: ';
const stamp = new Date(2025, 11, 10, 6, 55, 48).getTime();
const event = (userId: string, isAbnormal: boolean, times = 1, timestamp: number | null = stamp): Parsed => ({
  kind: 'events',
  userId,
  isAbnormal,
  timestamp,
  times,
});
const skipped: Parsed = { kind: 'skipped' };

describe('sshd format', () => {
  it.each(['password', 'none', 'publickey', 'keyboard-interactive/pam', 'hostbased', 'gssapi-with-mic'])(
    'takes Failed %s as abnormal and Accepted as normal',
    (method) => {
      expect(parse(`${head}Failed ${method} for root from 1.2.3.4 port 22 ssh2`)).toEqual(event('root', true));
      expect(parse(`${head}Failed ${method} for invalid user bob from 1.2.3.4 port 22 ssh2`)).toEqual(event('bob', true));
      expect(parse(`${head}Accepted ${method} for root from 1.2.3.4 port 22 ssh2: RSA SHA256:abc`)).toEqual(event('root', false));
    },
  );

  it('takes the address by key ip', () => {
    expect(parse(`${head}Failed password for root from 2001:db8::1 port 22 ssh2`, 'ip')).toEqual(event('2001:db8::1', true));
  });

  it('reads sshd-session and any host before the tag', () => {
    expect(parse('Dec 10 06:55:48 a.b-c sshd-session[7]: Failed password for root from 1.2.3.4 port 22 ssh2')).toEqual(event('root', true));
    expect(parse('sshd[7]: Failed password for root from 1.2.3.4 port 22')).toEqual(event('root', true, 1, null));
  });

  it.each([
    ['x from 1.2.3.4 port 22'],
    [' leading and trailing '],
    ['two  spaces'],
    [''],
    ['from'],
    ['a from b port c'],
    ['관리자'],
    ['x from 1.2.3.4 port 22 ssh2 from 5.6.7.8 port 9'],
    ['sshd[1]: Accepted password for root'],
    ['{"userId":"root"}'],
    ['a\u2028b\rc'],
    ['invalid user y'],
  ])('keeps the hostile name %j as it is', (name) => {
    expect(parse(`${head}Failed password for invalid user ${name} from 9.9.9.9 port 1 ssh2`)).toEqual(event(name, true));
    expect(parse(`${head}Failed password for invalid user ${name} from 9.9.9.9 port 1 ssh2`, 'ip')).toEqual(event('9.9.9.9', true));
  });

  it('knows an account named "invalid user" or starting so only by what is left', () => {
    expect(parse(`${head}Failed password for invalid user from 9.9.9.9 port 1 ssh2`)).toEqual(event('invalid user', true));
  });

  it('lets nobody put a message of his own into a name', () => {
    expect(parse(`${head}Invalid user sshd[1]: Accepted password for root from 9.9.9.9 port 1`)).toEqual(skipped);
    expect(parse(`${head}Invalid user message repeated 9 times: [ Failed password for root from 9.9.9.9 port 1`)).toEqual(skipped);
  });

  it('counts a repeated message as often as it says', () => {
    expect(parse(`${head}message repeated 5 times: [ Failed password for root from 5.36.59.76 port 42393 ssh2]`)).toEqual(
      event('root', true, 5),
    );
    expect(parse(`${head}message repeated 2 times: [ Connection closed]`)).toEqual(skipped);
    expect(parse(`${head}message repeated 99999999999999999999 times: [ Failed password for root from 1.2.3.4 port 1 ssh2]`)).toEqual(
      skipped,
    );
  });

  it.each([
    `${head}Connection closed by 1.2.3.4 [preauth]`,
    `${head}Failed password for root`,
    `${head}Failed password for root from 1.2.3.4 port x`,
    `${head}  Failed password for root from 1.2.3.4 port 22`,
    `${head}Invalid user test9 from 52.80.34.196`,
    'Dec 10 06:55:48 h CRON[1]: Failed password for root from 1.2.3.4 port 22',
    'garbage',
  ])('skips %j', (line) => expect(parse(line)).toEqual(skipped));

  it('takes an empty line as nothing', () => {
    expect(parse('')).toEqual({ kind: 'blank' });
    expect(parse('  \t')).toEqual({ kind: 'blank' });
  });

  it('is quick with a line made to make it slow', () => {
    expect(parse(`${head}Failed password for ${' from x'.repeat(140_000)}`)).toEqual(skipped);
    expect(parse(`${head}Failed password for ${'a'.repeat(1_000_000)} from ${'b'.repeat(40_000)}`)).toEqual(skipped);
  });
});
