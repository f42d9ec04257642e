import type { SubtaskInfo, VertexInfo } from '@weir/protocol';
import { RateMeter } from '../../job/rate-meter.js';

export interface TaskRates {
  readonly in: number | undefined;
  readonly out: number | undefined;
}

interface Meters {
  readonly in: RateMeter;
  readonly out: RateMeter;
}

/** Steady rates of every subtask, from its counters: at a few records a second the engine's own, over a fraction of a second, are now 0 and now 4. */
export class TaskRateBook {
  readonly #meters = new Map<string, Meters>();
  #rates: ReadonlyMap<string, TaskRates> = new Map();

  /** By `vertexId:subtask`; a new map with each `note`. */
  get rates(): ReadonlyMap<string, TaskRates> {
    return this.#rates;
  }

  note(vertices: readonly VertexInfo[], now: number): void {
    const rates = new Map<string, TaskRates>();
    for (const vertex of vertices)
      for (const subtask of vertex.subtasks) {
        const key = `${vertex.id}:${subtask.index}`;
        const meters = this.#meters.get(key) ?? { in: new RateMeter(), out: new RateMeter() };
        this.#meters.set(key, meters);
        meters.in.note(now, subtask.metrics.numRecordsIn);
        meters.out.note(now, subtask.metrics.numRecordsOut);
        rates.set(key, {
          in: meters.in.rate(now) ?? sinceStart(subtask, subtask.metrics.numRecordsIn, now),
          out: meters.out.rate(now) ?? sinceStart(subtask, subtask.metrics.numRecordsOut, now),
        });
      }
    for (const key of this.#meters.keys()) if (!rates.has(key)) this.#meters.delete(key);
    this.#rates = rates;
  }
}

/** Told until enough was seen here. */
function sinceStart({ timestamps }: SubtaskInfo, count: number, now: number): number | undefined {
  const seconds = (now - timestamps.RUNNING) / 1_000;
  return timestamps.RUNNING === 0 || seconds < 1 ? undefined : count / seconds;
}
