import type { Contender, Run, Work, Workload } from './contender.js';
import { flinkContenders } from './contenders/flink-contender.js';
import { jetContender } from './contenders/jet-contender.js';
import { WeirCommand } from './contenders/weir-command.js';
import { WeirEngine } from './contenders/weir-engine.js';
import { machine } from './machine.js';
import { measurements } from './measurements/index.js';
import { type Bench, type Measurement, VoidRound } from './measurements/measurement.js';
import type { BenchOptions } from './options.js';
import { unequalWork } from './oracle.js';
import { headText, measurementText } from './print.js';
import { type MeasurementReport, type Report, Results } from './results.js';
import { temporaryDirectory } from './temporary.js';
import { benchVersion } from './version.js';

/** Runs what was asked for, one after the other, and says on standard error how it goes; `print` is given what was found as soon as it is. */
export async function runBench(
  options: BenchOptions,
  command: string,
  print: (text: string) => void,
  asked: readonly Measurement[] = chosen(options),
): Promise<Report> {
  const at = new Date().toISOString();
  const here = machine();
  const weir = new WeirEngine('default');
  const weirBest = new WeirEngine('best');
  const weirCommand = new WeirCommand();
  const peers: readonly Contender[] = [
    ...(options.flink ? await flinkContenders(say) : []),
    ...(options.jet ? [await jetContender(say)] : []),
  ];
  const directory = await temporaryDirectory();
  const common = { quick: options.quick, weir, weirBest, weirCommand, peers, directory: directory.path, say };
  const contenders = Object.fromEntries([weir, weirBest, weirCommand, ...peers].map(({ name, settings }) => [name, settings]));
  const head = { at, version: benchVersion(), machine: here, command, contenders };
  print(headText(head));
  try {
    const reports: MeasurementReport[] = [];
    for (const measurement of asked) {
      const rounds = Math.min(options.rounds, measurement.rounds ?? options.rounds);
      const results = new Results();
      for (let number = 0; number < rounds; number++) {
        say(`${measurement.name}, round ${number + 1} of ${rounds}`);
        const bench: Bench = {
          ...common,
          number,
          run: (contender, workload, measure, atEnd) => runOnce(contender, withProfile(workload, options), measure, atEnd),
        };
        const reason = await results.round((figures) => measurement.round(bench, figures));
        if (reason !== undefined) say(`the round is void: ${reason}`);
      }
      const report = results.report(measurement);
      print(`\n${measurementText(report)}`);
      reports.push(report);
    }
    return { ...head, measurements: reports };
  } finally {
    await directory.remove();
  }
}

function chosen({ only, quick }: BenchOptions): readonly Measurement[] {
  if (only.length > 0) return measurements.filter(({ name }) => only.includes(name));
  return measurements.filter((measurement) => !quick || measurement.quick !== false);
}

const withProfile = (workload: Workload, { profile }: BenchOptions): Workload =>
  profile === undefined ? workload : { ...workload, profileDirectory: profile };

/** 1 if some contender's work was not what it had to be; whatever the figures. */
export function exitCodeOf(report: Report): 0 | 1 {
  return report.measurements.some(({ voidRounds }) => voidRounds.length > 0) ? 1 : 0;
}

/** See `Bench.run`. */
export async function runOnce<T, E>(
  contender: Contender,
  workload: Workload,
  measure: (run: Run) => Promise<T>,
  atEnd?: (run: Run) => Promise<E>,
): Promise<{ readonly result: T; readonly end: E; readonly work: Work }> {
  const refusal = contender.refuses(workload);
  if (refusal !== undefined) throw new Error(`${contender.name}: ${refusal}`);
  const run = await contender.start(workload);
  try {
    const result = await measure(run);
    const work = workload.count === undefined ? await run.stop() : await run.finished();
    const reason = unequalWork(workload, work);
    if (reason !== undefined) throw new VoidRound(`${contender.name}: ${reason}`);
    return { result, end: (await atEnd?.(run)) as E, work };
  } finally {
    await run.dispose();
  }
}

function say(line: string): void {
  process.stderr.write(`${line}\n`);
}
