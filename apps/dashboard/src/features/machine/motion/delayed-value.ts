/** A value as it was `delay` ago: a tank's level follows when the record that changed it has arrived in the drawing. Time is passed in. */
export class DelayedValue<T> {
  #shown: T;
  readonly #coming: { readonly at: number; readonly value: T }[] = [];

  constructor(value: T) {
    this.#shown = value;
  }

  set(value: T, at: number): void {
    const last = this.#coming.at(-1);
    if (last === undefined ? value === this.#shown : value === last.value) return;
    this.#coming.push({ at, value });
  }

  /** Shows the value at once and forgets what is coming: after a failure, or where nothing moves. */
  jump(value: T): void {
    this.#coming.length = 0;
    this.#shown = value;
  }

  at(now: number): T {
    while (this.#coming.length > 0 && this.#coming[0]!.at <= now) this.#shown = this.#coming.shift()!.value;
    return this.#shown;
  }
}
