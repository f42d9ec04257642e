// Hot: read for each mark of each frame. A fixed pool; nothing is allocated after its start.
import type { Hue } from '../model/followed-keys.js';
import type { Route } from '../model/routes.js';

const MAX_DOTS = 600;
/** After its arrival a dot is kept this long, ms: it is seen to fall in. */
export const SPLASH = 600;

/** A record (or `batch` of them) on its way. Its place is a function of time, so a frame that is late jumps nowhere. */
export interface Dot {
  alive: boolean;
  route: Route | undefined;
  depart: number;
  /** px a ms */
  speed: number;
  /** Across the stream, −1 … 1. */
  offset: number;
  hue: Hue;
  abnormal: boolean;
  /** A replay made it again. */
  replayed: boolean;
}

export class Dots {
  readonly all: readonly Dot[];
  #next = 0;
  #seed = 285_084;

  constructor(size = MAX_DOTS) {
    this.all = Array.from({ length: size }, () => ({
      alive: false,
      route: undefined,
      depart: 0,
      speed: 0,
      offset: 0,
      hue: 0 as Hue,
      abnormal: false,
      replayed: false,
    }));
  }

  /** False if there is no room: the oldest go on, the new one is not drawn. */
  add(route: Route, depart: number, speed: number, hue: Hue, abnormal: boolean, replayed: boolean): boolean {
    for (let i = 0; i < this.all.length; i++) {
      const dot = this.all[(this.#next + i) % this.all.length]!;
      if (dot.alive) continue;
      this.#next = (this.#next + i + 1) % this.all.length;
      dot.alive = true;
      dot.route = route;
      dot.depart = depart;
      dot.speed = speed;
      dot.offset = this.#across();
      dot.hue = hue;
      dot.abnormal = abnormal;
      dot.replayed = replayed;
      return true;
    }
    return false;
  }

  /** Lets go of those that have arrived. */
  advance(now: number): void {
    for (const dot of this.all) {
      if (dot.alive && (now - dot.depart - SPLASH) * dot.speed >= dot.route!.path.length) dot.alive = false;
    }
  }

  /** What is on its way moves to the ways of a new layout; what has none there goes. */
  reroute(routeOf: (old: Route) => Route | undefined): void {
    for (const dot of this.all) {
      if (!dot.alive) continue;
      dot.route = routeOf(dot.route!);
      dot.alive = dot.route !== undefined;
    }
  }

  clear(): void {
    for (const dot of this.all) dot.alive = false;
  }

  get count(): number {
    let count = 0;
    for (const dot of this.all) if (dot.alive) count++;
    return count;
  }

  /** Spread over the stream's width by a fixed sequence, so that a picture can be made again. */
  #across(): number {
    this.#seed = (Math.imul(this.#seed, 1_664_525) + 1_013_904_223) >>> 0;
    return (this.#seed / 2_147_483_648 - 1) * 0.62;
  }
}
