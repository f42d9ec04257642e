// Data plane: a few instructions for each four bytes of input.

/** Four bytes at a time, as `DataView.getInt32(at, true)` gives them: the first byte is the lowest. */

const ONES = 0x01010101;
const HIGH_BITS = 0x80808080 | 0;

/** The byte in each of the four places. */
export const fourTimes = (byte: number): number => Math.imul(byte, ONES);

/** The high bit of the first byte that is `fourTimes(byte)`'s, others perhaps behind it; 0 if none is. */
export function findByte(word: number, byteFourTimes: number): number {
  const zeroWhereEqual = word ^ byteFourTimes;
  return (zeroWhereEqual - ONES) & ~zeroWhereEqual & HIGH_BITS;
}

/** Not 0 if a byte is below 32. */
export const hasControl = (word: number): number => (word - 0x20202020) & ~word & HIGH_BITS;

/** Which of the four the first byte found is. */
export const firstFound = (found: number): number => (31 - Math.clz32(found & -found)) >>> 3;

/** Four ASCII characters as a word. */
export function wordOf(text: string): number {
  return text.charCodeAt(0) | (text.charCodeAt(1) << 8) | (text.charCodeAt(2) << 16) | (text.charCodeAt(3) << 24);
}

/** The number that four digits write; -1 if one of them is none. */
export function fourDigits(word: number): number {
  const digits = word ^ 0x30303030;
  // A byte beyond 9 carries into its high bit by 0x76, or has it already.
  if (((digits | (digits + 0x76767676)) & HIGH_BITS) !== 0) return -1;
  const pairs = (Math.imul(digits, 10) + (digits >>> 8)) & 0x00ff00ff;
  return (Math.imul(pairs & 0xff, 100) + (pairs >>> 16)) | 0;
}
