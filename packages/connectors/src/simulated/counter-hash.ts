// Data plane: no allocation per record.

/**
 * Random numbers by counter: the n-th is a pure function of seed, stream and n. A generator with running state would have to be
 * replayed from the beginning, or its state kept; this one can be asked for any event at any time, by a source, a replay or an oracle.
 */

/** MurmurHash3's finaliser: every bit of the input reaches every bit of the output. */
export function mix32(x: number): number {
  x ^= x >>> 16;
  x = Math.imul(x, 0x85ebca6b);
  x ^= x >>> 13;
  x = Math.imul(x, 0xc2b2ae35);
  return x ^ (x >>> 16);
}

/** What all numbers of one stream have in common; `seed` and `stream` are safe integers. */
export function streamBase(seed: number, stream: number): number {
  let h = mix32(low(seed)) ^ mix32(high(seed) ^ 0x9e3779b9);
  h = mix32(Math.imul(h, 5) + low(stream));
  return mix32(h ^ mix32(high(stream) + 0x7f4a7c15));
}

/** 32 random bits (unsigned) for the n-th event of a stream. */
export function randomBits(base: number, n: number): number {
  const h = mix32(base ^ mix32(low(n) + 0x6d2b79f5));
  // The usual case, without floating point.
  if (n >= 0 && n <= 0x7fff_ffff) return mix32(h) >>> 0;
  return mix32(h + Math.imul(high(n), 0x27d4eb2f)) >>> 0;
}

/** The probability 0 … 1 as a limit for 32 random bits: below it is a yes. */
export function threshold32(probability: number): number {
  return Math.round(probability * 0x1_0000_0000);
}

const low = (n: number): number => n | 0;
const high = (n: number): number => Math.floor(n / 0x1_0000_0000) | 0;
