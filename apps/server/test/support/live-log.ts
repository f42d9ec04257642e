import { closeSync, openSync, readdirSync, renameSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

const PIECES = [7, 40, 63];

/** sshd's log as a daemon writes it, in pieces, and `logrotate` renames it. */
export class LiveLog {
  readonly path: string;
  /** Everything written, each file behind the one before it. */
  text = '';
  readonly #random: () => number;
  readonly #users: number;
  #file: number;
  #second = 0;

  constructor(path: string, users: number, random: () => number) {
    this.path = path;
    this.#users = users;
    this.#random = random;
    this.#file = openSync(path, 'a');
  }

  #line(user: string): string {
    const method = this.#random() < 0.6 ? 'Failed' : 'Accepted';
    const stamp = new Date(Date.UTC(2026, 0, 1) + this.#second++ * 1000).toISOString();
    return `${stamp} host sshd[1]: ${method} password for ${user} from 10.0.0.1 port 22 ssh2\n`;
  }

  #write(file: number, text: string): void {
    for (let at = 0, n = 0; at < text.length; n++) {
      const piece = text.slice(at, at + (PIECES[n % PIECES.length] as number));
      writeSync(file, piece);
      at += piece.length;
    }
    this.text += text;
  }

  append(lines: number): void {
    for (let n = 0; n < lines; n++) this.#write(this.#file, this.#line(`user${Math.floor(this.#random() * this.#users)}`));
  }

  /** Renames it; the writer goes on in the old file for some lines before it opens the new one. */
  rotate(late: number): void {
    const directory = dirname(this.path);
    const numbers = readdirSync(directory).flatMap((name) => {
      const number = name.startsWith(`${basename(this.path)}.`) ? Number(name.split('.').at(-1)) : Number.NaN;
      return Number.isInteger(number) ? [number] : [];
    });
    for (const number of numbers.sort((a, b) => b - a)) renameSync(`${this.path}.${number}`, `${this.path}.${number + 1}`);
    renameSync(this.path, join(directory, `${basename(this.path)}.1`));
    const next = openSync(this.path, 'a');
    this.append(late);
    closeSync(this.#file);
    this.#file = next;
  }

  close(): void {
    closeSync(this.#file);
  }
}
