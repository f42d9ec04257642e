const WINDOW = 30_000;
const SHORT = 5_000;
/** The window goes back to where it holds this many records, so that 0.2 a second does not read as 0, 4, 0, 0; and no further, so that a rate that falls is soon told. */
const ENOUGH = 10;
/** Fewer records than enough say nothing over a shorter time than this. */
const LEAST = 15_000;

/** A steady rate from a counter that is sampled a few times a second and starts anew with each attempt. Time is passed in. */
export class RateMeter {
  #at: number[] = [];
  #count: number[] = [];

  /** Records since the sample before; 0 for the first, and for the first after the counter started anew. */
  note(now: number, count: number): number {
    const last = this.#count.at(-1);
    if (last !== undefined && count < last) {
      this.#at = [];
      this.#count = [];
    }
    const before = this.#count.at(-1);
    this.#at.push(now);
    this.#count.push(count);
    while (this.#at.length > 2 && this.#at[1]! < now - WINDOW) {
      this.#at.shift();
      this.#count.shift();
    }
    return before === undefined ? 0 : count - before;
  }

  /** Records a second; undefined while too little was seen to say. */
  rate(now: number): number | undefined {
    const last = this.#at.length - 1;
    if (last < 1 || now - this.#at[0]! < 1_000) return undefined;
    const recent = () => this.#count[last]! - this.#count[from]!;
    let from = last;
    while (from > 0 && (this.#at[from]! > now - SHORT || recent() < ENOUGH)) from--;
    if (recent() < ENOUGH && now - this.#at[0]! < LEAST) return undefined;
    return (recent() * 1_000) / Math.max(1, now - this.#at[from]!);
  }
}
