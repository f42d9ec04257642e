// Hot: one turn a frame. It runs only while something moves and the tab is seen; a change of the state starts it again.
import type { StoreApi } from 'zustand';
import type { Drawn } from '../motion/drawn.js';
import type { MachineMotion } from '../motion/machine-motion.js';
import type { Painter } from '../paint/painter.js';

/** Text and boxes follow the drawing at most this often, ms. */
const TEXT_EVERY = 120;

export class Loop {
  readonly #motion: MachineMotion;
  readonly #painter: Painter;
  readonly #drawn: StoreApi<Drawn>;
  #frame = 0;
  #textAt = 0;
  #moving = true;

  constructor(motion: MachineMotion, painter: Painter, drawn: StoreApi<Drawn>) {
    this.#motion = motion;
    this.#painter = painter;
    this.#drawn = drawn;
  }

  set moving(moving: boolean) {
    this.#moving = moving;
  }

  /** Something may have changed: draws at least one more frame. */
  kick(): void {
    if (this.#frame === 0) this.#frame = requestAnimationFrame(this.#turn);
  }

  stop(): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = 0;
  }

  readonly #turn = (): void => {
    this.#frame = 0;
    const now = Date.now();
    this.#motion.advance(now);
    this.#painter.paint(now);
    if (now - this.#textAt >= TEXT_EVERY || !this.#moving) {
      this.#textAt = now;
      this.#drawn.setState(this.#motion.drawn(now), true);
    }
    if (this.#moving && this.#painter.isMoving(now)) this.kick();
  };
}
