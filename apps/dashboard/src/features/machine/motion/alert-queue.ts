import type { AlertEntry } from '@weir/protocol';
import type { Hue } from '../model/followed-keys.js';
import type { Route } from '../model/routes.js';

/** An alert on its way from the crest to the sluice, where it waits until a checkpoint commits it. */
export interface AlertMark {
  readonly id: string;
  readonly route: Route;
  readonly hue: Hue;
  readonly depart: number;
  /** When it goes through the sluice; Infinity while it is pending. */
  released: number;
  /** When a failure took it back. */
  withdrawn: number;
}

const MAX_MARKS = 120;
/** A released one is gone from the drawing after this, ms. */
const GONE = 4_000;

/** Which alerts are drawn, in the order in which they were raised. Time is passed in. */
export class AlertQueue {
  #marks: AlertMark[] = [];

  get marks(): readonly AlertMark[] {
    return this.#marks;
  }

  /** `release` is when an alert that is committed now goes through: not before the barrier that committed it has arrived in the drawing. */
  heard(alert: AlertEntry, route: Route | undefined, hue: Hue, depart: number, now: number, release: number): void {
    const mark = this.#marks.find((candidate) => candidate.id === alert.id);
    if (mark === undefined) {
      if (route === undefined || alert.status === 'withdrawn' || this.#marks.length >= MAX_MARKS) return;
      const arrives = depart + 1_200;
      const released = alert.status === 'committed' ? Math.max(release, arrives) : Number.POSITIVE_INFINITY;
      this.#marks.push({ id: alert.id, route, hue, depart, released, withdrawn: Number.POSITIVE_INFINITY });
    } else if (alert.status === 'committed') {
      if (mark.released === Number.POSITIVE_INFINITY) mark.released = Math.max(release, mark.depart + 1_200);
    } else if (alert.status === 'withdrawn') {
      mark.withdrawn = Math.min(mark.withdrawn, now);
    }
  }

  advance(now: number): void {
    if (this.#marks.some((mark) => now > mark.released + GONE || now > mark.withdrawn + 900)) {
      this.#marks = this.#marks.filter((mark) => now <= mark.released + GONE && now <= mark.withdrawn + 900);
    }
  }

  reroute(routeOf: (old: Route) => Route | undefined): void {
    this.#marks = this.#marks.flatMap((mark) => {
      const route = routeOf(mark.route);
      return route === undefined ? [] : [{ ...mark, route }];
    });
  }
}
