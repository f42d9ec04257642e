/** For a page that is not in view, where no frames are made, ms. */
const LONGEST = 250;

/** Does what is asked for together with the next frame, once however often it is asked for: more often nobody could see. */
export class OnceAFrame {
  readonly #act: () => void;
  #frame: number | undefined;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(act: () => void) {
    this.#act = act;
  }

  ask(): void {
    if (this.#frame !== undefined) return;
    this.#frame = requestAnimationFrame(() => this.now());
    this.#timer = setTimeout(() => this.now(), LONGEST);
  }

  /** At once, if it was asked for. */
  now(): void {
    if (this.#frame === undefined) return;
    cancelAnimationFrame(this.#frame);
    clearTimeout(this.#timer);
    this.#frame = undefined;
    this.#act();
  }
}
