/**
 * Turns a counter that is sampled a few times a second, and single events where they are told, into departures. One event that is told is one
 * record of the counter: it is never drawn twice. Pure; time is passed in.
 */
export class Emitter {
  /** Told events that the counter has not shown yet (positive), or records of the counter not yet drawn (negative, part of a batch). */
  #credit = 0;

  told(): void {
    this.#credit++;
  }

  /**
   * Departures for `delta` records counted in the `interval` up to now, evenly spread over the interval to come, each for `batch` records.
   * Told events are taken off; they have been drawn already.
   */
  counted(delta: number, batch: number, now: number, interval: number, emit: (depart: number) => void): void {
    this.#credit -= delta;
    if (this.#credit >= 0) return;
    const dots = Math.floor(-this.#credit / batch);
    this.#credit += dots * batch;
    for (let i = 0; i < dots; i++) emit(now + (interval * (i + 0.5)) / dots);
  }

  reset(): void {
    this.#credit = 0;
  }
}
