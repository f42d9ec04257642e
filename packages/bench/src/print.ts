import type { Target, Unit } from './measurements/measurement.js';
import type { FigureReport, MeasurementReport, ReportHead } from './results.js';

/** `12.3 M events/s`, `4.56 ms`, `7.89 ×`: three digits. */
function figure(value: number, unit: Unit): string {
  if (unit === 'ms' && Math.abs(value) >= 10_000) return figure(value / 1000, 's');
  const text = digits(value);
  return unit === '' ? text : `${text} ${unit}`;
}

function digits(value: number): string {
  const size = Math.abs(value);
  if (size >= 1e6) return `${short(value / 1e6)} M`;
  if (size >= 1e4) return `${short(value / 1e3)} k`;
  return short(value);
}

function short(value: number): string {
  const size = Math.abs(value);
  if (size === 0) return '0';
  return value.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : size >= 1 ? 2 : size >= 0.1 ? 3 : 4);
}

function target(wanted: Target, unit: Unit): string {
  return 'atLeast' in wanted ? `≥ ${figure(wanted.atLeast, unit)}` : `≤ ${figure(wanted.atMost, unit)}`;
}

/** What figures were taken on, and of what. */
export function headText(report: ReportHead): string {
  return head(report).join('\n');
}

export function measurementText(measurement: MeasurementReport): string {
  const rows = [['', 'median', 'minimum', 'maximum', 'rounds', 'target'], ...measurement.figures.map(cells)];
  const widths = rows[0].map((_, column) => Math.max(...rows.map((row) => row[column].length)));
  const lines = rows.map((row) =>
    row.map((cell, column) => (column === 0 ? cell.padEnd(widths[0]) : cell.padStart(widths[column]))).join('  '),
  );
  return [
    measurement.title,
    ...(measurement.figures.length === 0 ? ['no round counts'] : lines),
    ...measurement.notes,
    ...measurement.voidRounds.map((reason) => `void round: ${reason}`),
  ].join('\n');
}

export function head({ at, version, machine, command, contenders }: ReportHead): readonly string[] {
  return [
    `Weir ${version}, ${at}, \`${command}\``,
    `${machine.cores} cores, ${machine.cpu}, ${machine.memory}, ${machine.kernel}, Node ${machine.node}, load before ${machine.loadBefore ?? 'unknown'}`,
    ...Object.entries(contenders).map(
      ([name, settings]) =>
        `${name}: ${Object.entries(settings)
          .map(([setting, value]) => `${setting}: ${value}`)
          .join('; ')}`,
    ),
  ];
}

export function cells({ name, unit, median, min, max, values, target: wanted, met }: FigureReport): readonly string[] {
  const reached = wanted === undefined ? '' : `${target(wanted, unit)}${met ? ', met' : ', missed'}`;
  return [name, figure(median, unit), figure(min, unit), figure(max, unit), String(values.length), reached];
}
