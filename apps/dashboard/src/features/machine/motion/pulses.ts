import type { TaskManagerInfo } from '@weir/protocol';

export interface Pulse {
  readonly taskManagerId: string;
  readonly at: number;
}

/** How long a pulse is on its way, ms. */
export const PULSE = 900;

/** One pulse for each heartbeat that was received, none otherwise. Time is passed in. */
export class Heartbeats {
  readonly #last = new Map<string, number>();
  #pulses: Pulse[] = [];

  get pulses(): readonly Pulse[] {
    return this.#pulses;
  }

  observe(taskManagers: readonly TaskManagerInfo[], now: number): void {
    for (const { id, lastHeartbeat, registered } of taskManagers) {
      const last = this.#last.get(id);
      this.#last.set(id, lastHeartbeat);
      if (registered && last !== undefined && lastHeartbeat > last) this.#pulses.push({ taskManagerId: id, at: now });
    }
  }

  advance(now: number): void {
    if (this.#pulses.some((pulse) => now - pulse.at > PULSE)) this.#pulses = this.#pulses.filter((pulse) => now - pulse.at <= PULSE);
  }

  clear(): void {
    this.#pulses = [];
  }
}
