/** How much one dot stands for, and how wide a stream is. Pure. */

const DOTS_PER_SECOND = 20;
/** Above this share of a finer scale it is not gone back to: the legend does not flicker. */
const CALM = 0.8;

/** 1, 2, 5, 10, 20, 50, … */
function step(index: number): number {
  return [1, 2, 5][index % 3]! * 10 ** Math.floor(index / 3);
}

/**
 * Records that one dot stands for: the first of 1, 2, 5, 10, … at which the busiest channel shows at most 20 dots a second and all
 * channels together at most `maxDots` at a time, each being `travel` seconds on its way. `last` is kept while it is nearly right.
 */
export function batchFor(busiest: number, total: number, travel: number, maxDots: number, last = 1): number {
  const fits = (batch: number, share: number) => busiest / batch <= DOTS_PER_SECOND * share && (total * travel) / batch <= maxDots * share;
  for (let i = 0; i < 60; i++) {
    const batch = step(i);
    if (fits(batch, batch < last ? CALM : 1)) return batch;
  }
  return step(60);
}

/** Half the width of a stream of `rate` records a second, px; none without flow. */
export function halfWidth(rate: number, turned: boolean): number {
  return rate <= 0 ? 0 : (5 + 3 * Math.log10(1 + rate * 10)) * (turned ? 0.8 : 1);
}

/** No way takes longer in the drawing, ms: on a wide screen records are faster, so that a checkpoint is over before the next begins. */
const LONGEST_WAY = 4_500;

/** Drawn speed of records, px a ms, where `longest` is the longest way, px. */
export function drawnSpeed(longest: number, turned: boolean): number {
  return Math.max(turned ? 0.078 : 0.14, longest / LONGEST_WAY);
}
