import type { RestartStrategyConfiguration } from '../engine-types.js';
import { UsageError } from './usage-error.js';
import { choice, decimal, duration, integer, positiveDuration, type Reader } from './values.js';

/** Values of `restart-strategy…` keys as they were given, the last of each. */
export type RestartDraft = Map<string, string>;

/** Flink's defaults of each strategy, but for fixed-delay: Weir's goes on without limit after 50 ms. */
const FIXED = { attempts: -1, delay: 50 };
const EXPONENTIAL = {
  initialBackoff: 1_000,
  maxBackoff: 300_000,
  backoffMultiplier: 2,
  resetBackoffThreshold: 3_600_000,
  jitterFactor: 0.1,
};
const RATE = { maxFailuresPerInterval: 1, interval: 60_000, delay: 1_000 };

const count = integer(1, 2 ** 31 - 1);
const KEYS: Readonly<Record<string, Reader<number>>> = {
  'fixed-delay.attempts': (text, what) => (/^(-1|infinite)$/i.test(text) ? -1 : integer(0, 2 ** 31 - 1)(text, what)),
  'fixed-delay.delay': duration,
  'exponential-delay.initial-backoff': positiveDuration,
  'exponential-delay.max-backoff': positiveDuration,
  'exponential-delay.backoff-multiplier': decimal(1, 1_000),
  'exponential-delay.reset-backoff-threshold': positiveDuration,
  'exponential-delay.jitter-factor': decimal(0, 1),
  'failure-rate.max-failures-per-interval': count,
  'failure-rate.failure-rate-interval': positiveDuration,
  'failure-rate.delay': duration,
};

const PREFIX = 'restart-strategy';

export function restartProperty(key: string): boolean {
  return key === PREFIX || key === `${PREFIX}.type` || (key.startsWith(`${PREFIX}.`) && Object.hasOwn(KEYS, key.slice(PREFIX.length + 1)));
}

/** The strategy that the keys describe; undefined if none was given. */
export function restartStrategy(given: RestartDraft, restartDelay?: number): RestartStrategyConfiguration | undefined {
  if (given.size === 0 && restartDelay === undefined) return undefined;
  // A key of a strategy implies it: Flink would ignore the key, and the user would not know.
  const implied = [...given.keys()].find((key) => key !== PREFIX)?.split('.')[1];
  const kind = strategyKind(given.get(PREFIX) ?? implied ?? 'fixed-delay');
  for (const key of given.keys()) {
    if (key !== PREFIX && key.split('.')[1] !== kind) throw new UsageError(`-D ${key} does not go with restart-strategy ${kind}`);
  }
  if (restartDelay !== undefined && kind !== 'fixed-delay')
    throw new UsageError(`--restart-delay does not go with restart-strategy ${kind}`);
  const value = (name: string, otherwise: number): number => {
    const key = `${PREFIX}.${kind}.${name}`;
    const text = given.get(key);
    return text === undefined ? otherwise : KEYS[`${kind}.${name}`](text, `-D ${key}`);
  };
  switch (kind) {
    case 'none':
      return { kind };
    case 'fixed-delay':
      if (restartDelay !== undefined && given.has(`${PREFIX}.fixed-delay.delay`))
        throw new UsageError(`--restart-delay and -D ${PREFIX}.fixed-delay.delay are the same setting; give one`);
      return { kind, attempts: value('attempts', FIXED.attempts), delay: value('delay', restartDelay ?? FIXED.delay) };
    case 'exponential-delay':
      return {
        kind,
        initialBackoff: value('initial-backoff', EXPONENTIAL.initialBackoff),
        maxBackoff: value('max-backoff', EXPONENTIAL.maxBackoff),
        backoffMultiplier: value('backoff-multiplier', EXPONENTIAL.backoffMultiplier),
        resetBackoffThreshold: value('reset-backoff-threshold', EXPONENTIAL.resetBackoffThreshold),
        jitterFactor: value('jitter-factor', EXPONENTIAL.jitterFactor),
      };
    case 'failure-rate':
      return {
        kind,
        maxFailuresPerInterval: value('max-failures-per-interval', RATE.maxFailuresPerInterval),
        interval: value('failure-rate-interval', RATE.interval),
        delay: value('delay', RATE.delay),
      };
  }
}

/** Flink takes several spellings of each. */
function strategyKind(given: string): RestartStrategyConfiguration['kind'] {
  const word = given.trim().toLowerCase();
  if (word === 'off' || word === 'disable') return 'none';
  const spelled = /^(fixed|exponential|failure)(delay|rate)$/.exec(word);
  return choice('none', 'fixed-delay', 'exponential-delay', 'failure-rate')(spelled ? `${spelled[1]}-${spelled[2]}` : word, `-D ${PREFIX}`);
}
