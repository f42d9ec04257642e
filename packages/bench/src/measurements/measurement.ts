import type { Contender, Lacking, Run, Work, Workload } from '../contender.js';

/**
 * One question that the benchmark asks. Files beside this one answer one each; `index.ts` is the table of them.
 *
 * A round runs every contender that is compared, one after the other, in an order that turns round by round; its figures count only if all of them did equal work.
 */
export interface Measurement {
  /** For `--only`. */
  readonly name: string;
  readonly title: string;
  /** How it is measured and what is counted, in a sentence or two for the report. */
  readonly method: string;
  /** Once where a round takes very long and its figures do not scatter, or `--rounds`. */
  readonly rounds?: number;
  /** False: not part of `--quick`. */
  readonly quick?: boolean;
  round(bench: Bench, figures: Figures): Promise<void>;
}

/** What a round is given. */
export interface Bench {
  readonly quick: boolean;
  /** From 0. */
  readonly number: number;
  /** With the default options of the command, in a process of its own. */
  readonly weir: Contender;
  readonly weirBest: Contender;
  /** `weir start` itself, with its server. */
  readonly weirCommand: Contender;
  /** Every other system that was asked for, in all its setups. */
  readonly peers: readonly Contender[];
  /** Where a measurement may leave files; removed at the end. */
  readonly directory: string;
  /**
   * Runs `workload`, calls `measure` while it runs, ends it, and throws a `VoidRound` unless its work was what the oracle says. `atEnd` is called between the end and
   * the removal of what the run left.
   */
  run<T, E = undefined>(
    contender: Contender,
    workload: Workload,
    measure: (run: Run) => Promise<T>,
    atEnd?: (run: Run) => Promise<E>,
  ): Promise<{ readonly result: T; readonly end: E; readonly work: Work }>;
  /** For who watches; not part of the results. */
  say(line: string): void;
}

export type Target = { readonly atLeast: number } | { readonly atMost: number };

/** Units in which figures are printed. */
export type Unit = 'events/s' | 'lines/s' | 'events' | 'ms' | 'µs' | 'ns' | 's' | 'bytes' | 'MB' | '%' | '×' | 'events/CPU s' | '';

export interface Figures {
  /** One value a round and name. Names read as a table's rows do: `1,000 keys: weir`. */
  value(name: string, value: number, unit: Unit, target?: Target): void;
  /** What a reader has to know beside the figures; told once, however many rounds say it. */
  note(text: string): void;
}

/** The work was not equal: the round counts for nothing, and the benchmark fails. */
export class VoidRound extends Error {
  override name = 'VoidRound';
}

/** The contenders in the order of this round. */
export function inTurn<T>({ number }: Bench, contenders: readonly T[]): readonly T[] {
  const turn = number % contenders.length;
  return [...contenders.slice(turn), ...contenders.slice(0, turn)];
}

/** Warm-up of a contender and length of the window after it, s. A quick run's figures are a warm machine's only for Weir. */
export function timesOf(
  { quick }: Bench,
  contender: Pick<Contender, 'warmUp' | 'system'>,
  seconds = 8,
): { warmUp: number; seconds: number } {
  if (!quick) return { warmUp: contender.warmUp, seconds };
  return { warmUp: contender.system === 'weir' ? 1 : contender.warmUp, seconds: Math.min(seconds, 2) };
}

/** Contenders of the setup of `weir` that can run the workload and have what is needed, ours first. */
export function comparable(bench: Bench, workload: Workload, weir: Contender = bench.weir, needed?: Lacking): readonly Contender[] {
  return [weir, ...bench.peers].filter(
    (contender) =>
      contender.setup === weir.setup &&
      contender.refuses(workload) === undefined &&
      !(needed !== undefined && contender.lacks?.includes(needed)),
  );
}

/** The targets are of Flink; what stands beside another peer is for information. */
export function targetFor(peer: Contender, target: Target | undefined): Target | undefined {
  return peer.system === 'flink' ? target : undefined;
}

export const count = (n: number): string => Math.round(n).toLocaleString('en-US');
export const keysOf = (n: number): string => `${count(n)} keys`;
export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
