import type { AlertEntry } from '@weir/protocol';
import type { AlertChange } from '../alerts/alert-book.js';

/** Alerts that a page which connects is shown at once; older ones it fetches. */
const KEPT = 200;

/** The newest alerts as pages see them, each id once, and what changes about them. */
export class AlertFeed {
  readonly #entries = new Map<string, AlertEntry>();
  readonly #listeners = new Set<(entry: AlertEntry) => void>();
  #last = 0;

  /** The newest committed number. */
  get last(): number {
    return this.#last;
  }

  accept({ alert, status, seq, raisedAt }: AlertChange): void {
    const { id, userId, count, timestamp, message } = alert;
    const known = this.#entries.get(id);
    const at = known?.raisedAt ?? raisedAt ?? timestamp ?? Date.now();
    const entry: AlertEntry = { id, seq, userId, count, timestamp, message, status, raisedAt: Math.round(at) };
    this.#entries.set(id, entry);
    if (seq !== null) this.#last = Math.max(this.#last, seq);
    if (this.#entries.size > KEPT) this.#entries.delete(this.#entries.keys().next().value as string);
    for (const listener of this.#listeners) listener(entry);
  }

  /** In the order in which they were first heard of. */
  newest(): readonly AlertEntry[] {
    return [...this.#entries.values()];
  }

  subscribe(listener: (entry: AlertEntry) => void): void {
    this.#listeners.add(listener);
  }
}
