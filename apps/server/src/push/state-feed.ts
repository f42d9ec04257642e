import type { DashboardState, DeltaMessage } from '@weir/protocol';
import { diff } from '@weir/protocol/sync';
import { withFiguresOf } from './figures-of.js';

/** ms between two frames of figures at least. */
const FIGURES_EVERY = 250;
/** ms between two frames of states at least: still at once to the eye. */
const STATES_EVERY = 10;
/** Making and sending frames takes at most this share of the time: with many clients or a large cluster they come less often. */
const SHARE = 0.1;

export interface StateFeedOptions {
  /** What there is to be shown now. Called only while the feed runs. */
  readonly assemble: () => DashboardState;
  readonly send: (message: DeltaMessage) => void;
}

/** The state that all clients have, and what changes it: one difference, numbered, for all of them. It costs nothing while nobody is connected. */
export class StateFeed {
  readonly #options: StateFeedOptions;
  #state: DashboardState | undefined;
  #seq = 0;
  #figures: NodeJS.Timeout | undefined;
  #states: NodeJS.Timeout | NodeJS.Immediate | undefined;
  /** No frame of that kind before. */
  #nextFigures = 0;
  #nextStates = 0;

  constructor(options: StateFeedOptions) {
    this.#options = options;
  }

  start(): void {
    if (this.#state !== undefined) return;
    this.#state = this.#options.assemble();
    this.#seq++;
    this.#scheduleFigures(performance.now() + FIGURES_EVERY);
  }

  stop(): void {
    clearTimeout(this.#figures);
    this.#cancelStates();
    this.#state = undefined;
  }

  /** Something may have changed: what of it is a state goes out at the end of this turn. */
  touch(): void {
    if (this.#state === undefined || this.#states !== undefined) return;
    const wait = this.#nextStates - performance.now();
    this.#states = wait > 0 ? setTimeout(() => this.#flushStates(), wait) : setImmediate(() => this.#flushStates());
  }

  /** The state and its number as all clients have it. */
  current(): { readonly seq: number; readonly state: DashboardState } {
    if (this.#state === undefined) throw new Error('the feed is not running');
    return { seq: this.#seq, state: this.#state };
  }

  #flushStates(): void {
    this.#states = undefined;
    const before = this.#state;
    if (before === undefined) return;
    const begun = performance.now();
    this.#advance(before, withFiguresOf(before, this.#options.assemble()));
    this.#nextStates = performance.now() + Math.max(STATES_EVERY, (performance.now() - begun) / SHARE);
  }

  #flushFigures(): void {
    const before = this.#state;
    if (before === undefined) return;
    const begun = performance.now();
    // Its states are in it.
    this.#cancelStates();
    this.#advance(before, this.#options.assemble());
    this.#nextFigures = begun + Math.max(FIGURES_EVERY, (performance.now() - begun) / SHARE);
    this.#scheduleFigures(this.#nextFigures);
  }

  #advance(before: DashboardState, next: DashboardState): void {
    const changes = diff(before, next);
    if (changes.length === 0) return;
    this.#state = next;
    this.#seq++;
    this.#options.send({ seq: this.#seq, changes });
  }

  #scheduleFigures(at: number): void {
    this.#figures = setTimeout(() => this.#flushFigures(), Math.max(0, at - performance.now()));
  }

  #cancelStates(): void {
    // Whichever of the two it is; each ignores the other's.
    clearTimeout(this.#states as NodeJS.Timeout | undefined);
    clearImmediate(this.#states as NodeJS.Immediate | undefined);
    this.#states = undefined;
  }
}
