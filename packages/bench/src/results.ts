import type { Machine } from './machine.js';
import type { Figures, Measurement, Target, Unit } from './measurements/measurement.js';
import { type Summary, summarise } from './statistics.js';

/** Of one run of the benchmark. */
export interface ReportHead {
  readonly at: string;
  readonly version: string;
  readonly machine: Machine;
  readonly command: string;
  readonly contenders: Readonly<Record<string, Readonly<Record<string, string>>>>;
}

/** Everything that a run found: what `--json` prints. */
export interface Report extends ReportHead {
  readonly measurements: readonly MeasurementReport[];
}

export interface MeasurementReport {
  readonly name: string;
  readonly title: string;
  readonly method: string;
  readonly figures: readonly FigureReport[];
  readonly notes: readonly string[];
  /** Why rounds do not count: some contender's work was not equal, or it failed. */
  readonly voidRounds: readonly string[];
}

export interface FigureReport extends Summary {
  readonly name: string;
  readonly unit: Unit;
  readonly target?: Target;
  /** Whether the median reaches it. For information. */
  readonly met?: boolean;
}

interface Row {
  readonly unit: Unit;
  readonly target: Target | undefined;
  readonly values: number[];
}

/** Collects one measurement's rounds; a round counts as a whole or not at all. */
export class Results {
  readonly #rows = new Map<string, Row>();
  readonly #notes = new Set<string>();
  readonly #voidRounds: string[] = [];

  async round(run: (figures: Figures) => Promise<void>): Promise<string | undefined> {
    const figures: [name: string, value: number, unit: Unit, target: Target | undefined][] = [];
    try {
      await run({
        value: (name, value, unit, target) => void figures.push([name, value, unit, target]),
        note: (text) => void this.#notes.add(text),
      });
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#voidRounds.push(reason);
      return reason;
    }
    for (const [name, value, unit, target] of figures) {
      const row = this.#rows.get(name) ?? { unit, target, values: [] };
      row.values.push(value);
      this.#rows.set(name, row);
    }
    return undefined;
  }

  report({ name, title, method }: Measurement): MeasurementReport {
    const figures = [...this.#rows].map(([row, { unit, target, values }]): FigureReport => {
      const summary = summarise(values);
      return { name: row, unit, ...summary, ...(target === undefined ? {} : { target, met: isMet(summary.median, target) }) };
    });
    return { name, title, method, figures, notes: [...this.#notes], voidRounds: this.#voidRounds };
  }
}

function isMet(value: number, target: Target): boolean {
  return 'atLeast' in target ? value >= target.atLeast : value <= target.atMost;
}
