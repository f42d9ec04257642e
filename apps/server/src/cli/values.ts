import { UsageError } from './usage-error.js';

/** Node's timers take no more (24.8 days): a longer one would fire at once. */
const LONGEST = 2 ** 31 - 1;

/** Flink's own labels (`TimeUtils`), so that what its configuration takes is taken here. */
const UNITS: readonly (readonly [ms: number, labels: readonly string[]])[] = [
  [86_400_000, ['d', 'day', 'days']],
  [3_600_000, ['h', 'hour', 'hours']],
  [60_000, ['m', 'min', 'minute', 'minutes']],
  [1_000, ['s', 'sec', 'second', 'seconds']],
  [1, ['', 'ms', 'milli', 'millis', 'millisecond', 'milliseconds']],
];

/** A value's reader: `what` names the option in the error. */
export type Reader<T> = (text: string, what: string) => T;

/** `10s`, `50ms`, `1 min`, `10000` (ms) → ms. */
export const duration: Reader<number> = (text, what) => {
  const match = /^\s*(\d+)\s*([a-z]*)\s*$/i.exec(text);
  const unit = match && UNITS.find(([, labels]) => labels.includes(match[2].toLowerCase()));
  if (!match || !unit) throw new UsageError(`${what}: "${text}" is no duration; it takes one like 10s, 50ms or 1m`);
  const ms = Number(match[1]) * unit[0];
  if (ms > LONGEST) throw new UsageError(`${what}: ${text} is too long; the longest is 24 days`);
  return ms;
};

export const positiveDuration: Reader<number> = (text, what) => {
  const ms = duration(text, what);
  if (ms === 0) throw new UsageError(`${what}: must be longer than 0`);
  return ms;
};

export function integer(least: number, most: number): Reader<number> {
  return (text, what) => {
    const value = /^-?\d{1,16}$/.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new UsageError(`${what}: "${text}" is no whole number from ${least} to ${most}`);
    return value;
  };
}

export function decimal(least: number, most: number): Reader<number> {
  return (text, what) => {
    const value = /^-?\d*\.?\d+(e[+-]?\d+)?$/i.test(text.trim()) ? Number(text) : Number.NaN;
    if (!(value >= least && value <= most)) throw new UsageError(`${what}: "${text}" is no number from ${least} to ${most}`);
    return value;
  };
}

export const boolean: Reader<boolean> = (text, what) => {
  const word = text.trim().toLowerCase();
  if (word !== 'true' && word !== 'false') throw new UsageError(`${what}: "${text}" is neither true nor false`);
  return word === 'true';
};

export const text: Reader<string> = (given, what) => {
  if (given === '') throw new UsageError(`${what}: must not be empty`);
  return given;
};

/** One of a few words, in any case. */
export function choice<const T extends string>(...words: readonly T[]): Reader<T> {
  return (given, what) => {
    const found = words.find((word) => word.toLowerCase() === given.trim().toLowerCase());
    if (found === undefined) throw new UsageError(`${what}: "${given}" is not one of ${words.join(', ')}`);
    return found;
  };
}

/** Words that are meant to be there one day are refused by name, so that nobody takes them for ignored. */
export function builtChoice<const T extends string>(built: readonly T[], notBuilt: readonly string[]): Reader<T> {
  const known = choice(...built, ...(notBuilt as readonly T[]));
  return (given, what) => {
    const word = known(given, what);
    if (notBuilt.includes(word)) throw new UsageError(`${what}: ${word} is not built yet; it takes ${built.join(' or ')}`);
    return word;
  };
}
