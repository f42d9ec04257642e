export interface Backoff {
  readonly first: number;
  readonly longest: number;
}

/** 0.5 s, 1 s, 2 s … 5 min: a receiver that is being restarted is soon served again, one that is gone is not hammered. */
export const defaultBackoff: Backoff = { first: 500, longest: 300_000 };

/** The pause before attempt `failures + 1`. Between half of it and all of it, drawn at random, so that many do not come back at once. */
export function pauseAfter(failures: number, backoff: Backoff, random: () => number, retryAfter = 0): number {
  const full = Math.min(backoff.longest, backoff.first * 2 ** Math.min(failures - 1, 30));
  return Math.min(backoff.longest, Math.max(retryAfter, full / 2 + (full / 2) * random()));
}
