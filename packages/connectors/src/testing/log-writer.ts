import {
  closeSync,
  copyFileSync,
  existsSync,
  fstatSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  utimesSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';

const FIRST = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** One file that the log was, however it is called now, and what was written to it. */
interface Generation {
  readonly fd: number;
  text: string;
}

/** A daemon with its log and a logrotate beside it, step by step, on the disk. For tests. */
export class LogWriter {
  readonly path: string;
  /** Every file that ever had the name, in order; a cut one counts as another from then on. */
  readonly generations: Generation[] = [];
  #lines = 0;
  /** What is left of a line that was written in part, by generation. */
  readonly #pending = new Map<number, string>();
  /** Change times are given, as those of the system's clock are too coarse for a test. */
  #time = Math.floor(Date.now() / 1000) - 10_000;

  constructor(path: string) {
    this.path = path;
  }

  get exists(): boolean {
    return existsSync(this.path);
  }

  /** Each line begins with another letter, so that the first bytes of any two files differ. */
  static user(line: number): string {
    return `u${line}`;
  }

  /** Appends the next line, or only the next `bytes` of it. Makes the file if there is none, as a daemon does. */
  append(bytes = Number.POSITIVE_INFINITY): void {
    if (!this.exists) this.create();
    this.#write(this.generations.length - 1, bytes);
  }

  /** The same to the file before, by a process that still has it open. */
  appendToPrevious(bytes = Number.POSITIVE_INFINITY): void {
    if (this.generations.length >= 2) this.#write(this.generations.length - 2, bytes);
  }

  get previousEndsInPart(): boolean {
    return this.#pending.has(this.generations.length - 2);
  }

  create(): void {
    if (this.exists) return;
    this.generations.push({ fd: openSync(this.path, 'a'), text: '' });
    this.#touch(this.generations.length - 1);
  }

  /** `log.1` becomes `log.2` and so on, `log` becomes `log.1`; what would be more than `kept` is deleted. */
  rotate(kept = 1_000): void {
    if (!this.exists) return;
    let last = 1;
    while (existsSync(`${this.path}.${last}`) || existsSync(`${this.path}.${last}.gz`)) last++;
    for (let n = last - 1; n >= 1; n--) {
      for (const suffix of ['', '.gz']) {
        const from = `${this.path}.${n}${suffix}`;
        if (!existsSync(from)) continue;
        if (n >= kept) rmSync(from);
        else renameSync(from, `${this.path}.${n + 1}${suffix}`);
      }
    }
    renameSync(this.path, `${this.path}.1`);
  }

  /** Replaces a rotated file by a compressed one of the same change time. */
  compress(n: number): void {
    const from = `${this.path}.${n}`;
    if (!existsSync(from)) return;
    const { mtimeMs } = statSync(from);
    writeFileSync(`${from}.gz`, gzipSync(readFileSync(from)));
    utimesSync(`${from}.gz`, mtimeMs / 1000, mtimeMs / 1000);
    rmSync(from);
  }

  remove(n: number): void {
    rmSync(n === 0 ? this.path : `${this.path}.${n}`, { force: true });
  }

  /** copytruncate, with or without the copy. */
  cut(copy: boolean): void {
    if (!this.exists) return;
    if (copy) {
      for (let n = 50; n >= 1; n--) if (existsSync(`${this.path}.${n}`)) renameSync(`${this.path}.${n}`, `${this.path}.${n + 1}`);
      copyFileSync(this.path, `${this.path}.1`);
      this.#time++;
      utimesSync(`${this.path}.1`, this.#time, this.#time);
    }
    const { fd } = this.generations.at(-1) as Generation;
    truncateSync(this.path, 0);
    const pending = this.#pending.get(this.generations.length - 1);
    this.generations.push({ fd, text: '' });
    if (pending !== undefined) {
      this.#pending.delete(this.generations.length - 2);
      this.#pending.set(this.generations.length - 1, pending);
    }
    this.#touch(this.generations.length - 1);
  }

  /** Users in the whole lines of each generation; of all but the live one also a last line without its newline. */
  users(): string[][] {
    return this.generations.map(({ text }, n, all) => {
      const lines = text.split('\n');
      const rest = lines.pop() as string;
      if (rest !== '' && n < all.length - 1) lines.push(rest);
      return lines.flatMap((line) => /sshd\[1\]: Failed password for (\S+) from \S+ port 2/.exec(line)?.[1] ?? []);
    });
  }

  close(): void {
    for (const fd of new Set(this.generations.map((each) => each.fd))) closeSync(fd);
  }

  #write(n: number, bytes: number): void {
    const generation = this.generations[n] as Generation;
    let rest = this.#pending.get(n);
    if (rest === undefined) {
      const line = this.#lines++;
      rest = `${FIRST[line % FIRST.length]}${line} h sshd[1]: Failed password for ${LogWriter.user(line)} from 1.2.3.4 port 22 ssh2\n`;
    }
    const piece = rest.slice(0, bytes);
    if (piece.length < rest.length) this.#pending.set(n, rest.slice(bytes));
    else this.#pending.delete(n);
    writeSync(generation.fd, piece);
    generation.text += piece;
    this.#touch(n);
  }

  #touch(n: number): void {
    this.#time++;
    const { fd } = this.generations[n] as Generation;
    if (fstatSync(fd).nlink > 0) utimesSync(`/proc/self/fd/${fd}`, this.#time, this.#time);
  }
}
