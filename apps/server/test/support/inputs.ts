import { randomOf } from './random.js';

/** Keys that an implementation may take for something else, or for one another. */
const ODD_KEYS = [
  '',
  ' ',
  '0',
  '__proto__',
  'constructor',
  'user 1',
  'a"b\\c',
  'line\nend\r',
  '\u0000',
  'é',
  'e\u0301',
  '사용자',
  '😀',
  '\ud800',
  '\udfff\ud800',
  'x'.repeat(20),
  'x'.repeat(21),
  'y'.repeat(700),
  '한'.repeat(30),
];

const MALFORMED = [
  'no json',
  '{"userId":"user1","eventType":"abnormal"',
  '[1,2]',
  '"abnormal"',
  'null',
  '{"eventType":"abnormal"}',
  '{"userId":7,"eventType":"abnormal"}',
  '{"userId":"user1","eventType":"ABNORMAL"}',
  '{"userId":"user1"}',
  '{"userId":"user1","eventType":"abnormal","timestamp":"yesterday"}',
];

const START = Date.UTC(2026, 0, 5);

/** Events over `keys` ordinary keys and the odd ones, among them malformed and blank lines and lines that come again as they were. */
export function ndjsonInput(seed: number, lines: number, keys: number): string {
  const random = randomOf(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)] as T;
  const out: string[] = [];
  for (let n = 0; n < lines; n++) {
    const kind = random();
    if (kind < 0.01) out.push(pick(MALFORMED));
    else if (kind < 0.012) out.push(pick(['', '  ', '\r']));
    else if (kind < 0.03 && n > 0) out.push(out[n - 1] as string);
    else {
      const userId = random() < 0.04 ? pick(ODD_KEYS) : `user${Math.floor(random() * keys)}`;
      const eventType = random() < 0.42 ? 'abnormal' : 'normal';
      const time = random();
      const timestamp = time < 0.8 ? { timestamp: START + n } : time < 0.9 ? { timestamp: new Date(START + n).toISOString() } : {};
      const more = random() < 0.1 ? { other: { deep: ['"userId"', n] } } : {};
      out.push(
        JSON.stringify(random() < 0.5 ? { userId, eventType, ...timestamp, ...more } : { ...more, ...timestamp, eventType, userId }),
      );
    }
  }
  return `${out.join('\n')}\n`;
}

/** What sshd logs, with names as attackers choose them, repeats, and lines about something else. */
export function sshdInput(seed: number, lines: number, keys: number): string {
  const random = randomOf(seed);
  const out: string[] = [];
  for (let n = 0; n < lines; n++) {
    const at = new Date(START + n * 10);
    const stamp = `${at.toISOString().slice(0, 19)}Z host`;
    const name = random() < 0.02 ? 'root from 1.2.3.4 port 5' : random() < 0.02 ? 'two words' : `user${Math.floor(random() * keys)}`;
    const tail = `for ${random() < 0.3 ? 'invalid user ' : ''}${name} from 10.0.${Math.floor(random() * 200)}.7 port ${1024 + (n % 60_000)} ssh2`;
    const tag = random() < 0.5 ? 'sshd[71]:' : 'sshd-session[72]:';
    const kind = random();
    if (kind < 0.4) out.push(`${stamp} ${tag} Failed password ${tail}`);
    else if (kind < 0.42) out.push(`${stamp} ${tag} message repeated ${1 + Math.floor(random() * 6)} times: [ Failed none ${tail}]`);
    else if (kind < 0.9) out.push(`${stamp} ${tag} Accepted publickey ${tail}`);
    else if (kind < 0.99) out.push(`${stamp} ${tag} Connection closed by 10.0.0.1 port 22 [preauth]`);
    else out.push('');
  }
  return `${out.join('\n')}\n`;
}
