import type { EngineSnapshot, Series } from '@weir/protocol';

/** What passed each task at one moment, records a second: see `Series`. */
export interface Sample {
  readonly at: number;
  readonly rates: Readonly<Record<string, number>>;
}

/** Between two samples at least, ms: the engine's figures come once a second while nobody looks, and four times when somebody does. */
const SAMPLE_EVERY = 950;
/** So many samples of a second stay as they are; then they are thinned, a minute at a time. */
const FINE = 360;
const FINE_STEP = 60;
/** A job of more tasks is told by vertex: a page gets an hour of each column. */
const MOST_TASKS = 36;
/** Samples that become one. */
const THINNED = 5;
/** ms */
export const KEPT_FOR = 3_600_000;

interface Counter {
  readonly attempt: number;
  readonly count: number;
}

/** The last hour of what passed each task: each second of the last minutes, before that an average of five. */
export class ThroughputHistory {
  #coarse: Sample[] = [];
  #fine: Sample[] = [];
  /** Not yet thinned for the store. */
  #unsaved: Sample[] = [];
  #counters = new Map<string, Counter>();
  #at = 0;
  #series: Series | undefined;

  /** Takes a sample if one is due. Rates are made from counters, so that nothing between two samples is missed. */
  accept(snapshot: EngineSnapshot): void {
    const elapsed = snapshot.at - this.#at;
    const job = snapshot.jobs[0];
    if (job === undefined || (elapsed >= 0 && elapsed < SAMPLE_EVERY)) return;
    const first = this.#at === 0 || elapsed < 0;
    this.#at = snapshot.at;
    const counters = new Map<string, Counter>();
    const rates: Record<string, number> = {};
    const isSmall = job.vertices.reduce((sum, { subtasks }) => sum + subtasks.length, 0) <= MOST_TASKS;
    for (const vertex of job.vertices) {
      const isSource = vertex.inputs.length === 0;
      for (const { index, attempt, metrics } of vertex.subtasks) {
        const task = `${vertex.id}:${index}`;
        const count = isSource ? metrics.numRecordsOut : metrics.numRecordsIn;
        counters.set(task, { attempt, count });
        const before = this.#counters.get(task);
        if (before === undefined) continue;
        // A restarted task counts from 0 again.
        const passed = before.attempt === attempt && count >= before.count ? count - before.count : count;
        const name = isSmall ? task : vertex.id;
        rates[name] = rounded((rates[name] ?? 0) + (passed * 1_000) / elapsed);
      }
    }
    this.#counters = counters;
    if (!first && Object.keys(rates).length > 0) this.#add({ at: Math.round(snapshot.at), rates });
  }

  #add(sample: Sample): void {
    this.#fine.push(sample);
    this.#unsaved.push(sample);
    if (this.#fine.length >= FINE + FINE_STEP) {
      const old = this.#fine.splice(0, FINE_STEP);
      for (let i = 0; i < old.length; i += THINNED) this.#coarse.push(average(old.slice(i, i + THINNED)));
      this.#coarse = this.#coarse.filter(({ at }) => at > sample.at - KEPT_FOR);
    }
    this.#series = undefined;
  }

  /** What an earlier process has stored. */
  restore(samples: readonly Sample[]): void {
    const firstHere = this.#coarse[0]?.at ?? this.#fine[0]?.at ?? Number.POSITIVE_INFINITY;
    this.#coarse = [...samples.filter(({ at }) => at < firstHere), ...this.#coarse];
    this.#series = undefined;
  }

  /** What is to be stored, thinned. */
  takeUnsaved(): readonly Sample[] {
    const saved: Sample[] = [];
    while (this.#unsaved.length >= THINNED) saved.push(average(this.#unsaved.splice(0, THINNED)));
    return saved;
  }

  /** In columns; the same object until there is a new sample. */
  series(): Series {
    this.#series ??= columns([...this.#coarse, ...this.#fine]);
    return this.#series;
  }
}

function average(samples: readonly Sample[]): Sample {
  const sums: Record<string, { sum: number; count: number }> = {};
  for (const { rates } of samples) {
    for (const [name, rate] of Object.entries(rates)) {
      sums[name] ??= { sum: 0, count: 0 };
      sums[name].sum += rate;
      sums[name].count++;
    }
  }
  const rates = Object.fromEntries(Object.entries(sums).map(([name, { sum, count }]) => [name, rounded(sum / count)]));
  return { at: samples.at(-1)?.at ?? 0, rates };
}

function rounded(rate: number): number {
  return Math.round(rate * 100) / 100;
}

function columns(samples: readonly Sample[]): Series {
  const names = [...new Set(samples.flatMap(({ rates }) => Object.keys(rates)))];
  const column = (name: string) => samples.map(({ rates }) => rates[name] ?? null);
  return { at: samples.map(({ at }) => at), throughput: Object.fromEntries(names.map((name) => [name, column(name)])) };
}
