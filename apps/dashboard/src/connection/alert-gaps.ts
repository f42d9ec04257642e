import type { AlertEntry } from '@weir/protocol';
import { gapOf, MAX_ALERTS, mergeAlerts } from './bounded.js';
import { fetchAlerts } from './fetch-alerts.js';

const PAGE = 1_000;

export interface AlertsHeld {
  read(): readonly AlertEntry[];
  write(alerts: readonly AlertEntry[]): void;
}

/** Fetches the committed alerts that were not heard: those of a time without connection, and those that a page which lagged was not sent. */
export class AlertGaps {
  readonly #held: AlertsHeld;
  #filling = false;

  constructor(held: AlertsHeld) {
    this.#held = held;
  }

  /** After each change of what is held. One fetch at a time; what fails is tried again after the next change. */
  async fill(): Promise<void> {
    if (this.#filling) return;
    this.#filling = true;
    try {
      for (let gap = gapOf(this.#held.read()); gap !== undefined; gap = gapOf(this.#held.read())) {
        const { after, before } = gap;
        const missing = before - 1 - after;
        const found = missing > MAX_ALERTS ? [] : await fetchAlerts(after, Math.min(PAGE, missing));
        // Too many to hold, or no longer to be had: the list begins behind the hole then, and offers what is older.
        if (found.length === 0) this.#held.write(this.#held.read().filter(({ seq }) => seq === null || seq >= before));
        else this.#held.write(mergeAlerts(this.#held.read(), found));
      }
    } catch {
      // No connection: the next snapshot asks again.
    } finally {
      this.#filling = false;
    }
  }
}
