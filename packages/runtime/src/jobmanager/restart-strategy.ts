import type { RestartStrategyConfiguration } from '../api/configuration.js';

/** Decides, failure by failure, whether a job is restarted and after what delay. */
export interface RestartStrategy {
  /** Flink's own words for it. */
  readonly description: string;
  /** The delay in ms, or undefined: the job fails. */
  onFailure(now: number): number | undefined;
}

/** `random` gives 0 … 1. */
export function createRestartStrategy(configuration: RestartStrategyConfiguration, random: () => number): RestartStrategy {
  switch (configuration.kind) {
    case 'none':
      return { description: 'Restart deactivated.', onFailure: () => undefined };
    case 'fixed-delay':
      return fixedDelay(configuration);
    case 'exponential-delay':
      return exponentialDelay(configuration, random);
    case 'failure-rate':
      return failureRate(configuration);
  }
}

function fixedDelay({ attempts, delay }: Extract<RestartStrategyConfiguration, { kind: 'fixed-delay' }>): RestartStrategy {
  let failures = 0;
  const limit = attempts < 0 ? 2_147_483_647 : attempts;
  return {
    description: `Restart with fixed delay (${delay} ms). #${limit} restart attempts.`,
    onFailure: () => {
      failures++;
      return attempts >= 0 && failures > attempts ? undefined : delay;
    },
  };
}

function exponentialDelay(
  configuration: Extract<RestartStrategyConfiguration, { kind: 'exponential-delay' }>,
  random: () => number,
): RestartStrategy {
  const { initialBackoff, maxBackoff, backoffMultiplier, resetBackoffThreshold, jitterFactor } = configuration;
  let backoff = initialBackoff;
  let last: number | undefined;
  return {
    description: `Restart with exponential delay: starting at ${initialBackoff} ms, increasing by ${backoffMultiplier}, with maximum ${maxBackoff} ms.`,
    onFailure: (now) => {
      if (last !== undefined) {
        backoff = now - last > resetBackoffThreshold + backoff ? initialBackoff : Math.min(maxBackoff, backoff * backoffMultiplier);
      }
      last = now;
      return Math.round(Math.min(maxBackoff, backoff * (1 + jitterFactor * (2 * random() - 1))));
    },
  };
}

function failureRate({
  maxFailuresPerInterval,
  interval,
  delay,
}: Extract<RestartStrategyConfiguration, { kind: 'failure-rate' }>): RestartStrategy {
  let failures: number[] = [];
  return {
    description: `Failure rate restart with maximum of ${maxFailuresPerInterval} failures within interval ${interval} ms and fixed delay ${delay} ms.`,
    onFailure: (now) => {
      failures = [...failures.filter((at) => now - at < interval), now];
      return failures.length > maxFailuresPerInterval ? undefined : delay;
    },
  };
}
