import { BLANK, type Format, type FormatOptions, lineEnd, type Parsed, type RecordSink, SKIPPED } from './format.js';
import { SshdLineScanner } from './scan/sshd-line.js';
import { syslogTimestamp } from './syslog-timestamp.js';

const TAG = /sshd(?:-session)?\[[0-9]+\]: /;
const REPEATED = /message repeated ([0-9]+) times: \[ /y;
const ATTEMPT = /(Failed|Accepted) \S+ for /y;
const INVALID_USER = 'invalid user ';
const ORIGIN = / from (\S+) port [0-9]+/y;
/** More than any syslog daemon counts; a greater number is none of its lines. */
const MOST_REPEATS = 2 ** 31 - 1;

/**
 * OpenSSH's own lines about authentication.
 *
 * The name is whatever an attacker sent, spaces and all. So only the first `sshd[pid]: ` of a line is its tag, which leaves
 * no way to put a second message into a name; and the name reaches up to the last ` from IP port N`, the one that sshd wrote itself.
 */
export class SshdFormat implements Format {
  readonly name = 'sshd';
  readonly header = null;
  readonly tooLong = SKIPPED;
  readonly #options: FormatOptions;
  #scanner: SshdLineScanner | undefined;

  constructor(options: FormatOptions) {
    this.#options = options;
  }

  scan(bytes: Buffer, view: DataView, from: number, end: number, sink: RecordSink): number {
    this.#scanner ??= new SshdLineScanner(this.#options);
    return this.#scanner.scan(bytes, view, from, end, sink);
  }

  recordEnd(bytes: Buffer, from: number, end: number): number {
    return lineEnd(bytes, from, end);
  }

  parse(text: string): Parsed {
    const tag = TAG.exec(text);
    if (tag === null) return text.trim() === '' ? BLANK : SKIPPED;
    let at = tag.index + tag[0].length;
    let times = 1;
    const repeated = matchAt(REPEATED, text, at);
    if (repeated !== null) {
      at += repeated[0].length;
      times = Number(repeated[1]);
      if (times > MOST_REPEATS) return SKIPPED;
    }
    const attempt = matchAt(ATTEMPT, text, at);
    if (attempt === null) return SKIPPED;
    const named = at + attempt[0].length;
    const nameAt = text.startsWith(INVALID_USER, named) ? named + INVALID_USER.length : named;
    for (let from = text.lastIndexOf(' from '); from >= named; from = text.lastIndexOf(' from ', from - 1)) {
      const origin = matchAt(ORIGIN, text, from);
      if (origin === null) continue;
      return {
        kind: 'events',
        userId: this.#options.key === 'ip' ? origin[1] : text.slice(from < nameAt ? named : nameAt, from),
        isAbnormal: attempt[1] === 'Failed',
        timestamp: syslogTimestamp(text, this.#options.referenceTime),
        times,
      };
    }
    return SKIPPED;
  }
}

function matchAt(pattern: RegExp, text: string, at: number): RegExpExecArray | null {
  pattern.lastIndex = at;
  return pattern.exec(text);
}

/** For telling formats apart: a line that sshd wrote. */
export const isSshdLine = (text: string): boolean => TAG.test(text);
