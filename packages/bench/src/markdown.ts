import { cells, head } from './print.js';
import type { MeasurementReport, Report } from './results.js';

/**
 * `text` with the tables of `report` in their places, `<!-- figures: NAME -->` … `<!-- end -->`; `machine` is the place of what they were taken on. A measurement
 * without a place gets one at the end. What stands elsewhere, and tables of measurements that were not run, stay.
 */
export function intoMarkdown(text: string, report: Report): string {
  const machine = head(report)
    .map((line) => `- ${line}`)
    .join('\n');
  return report.measurements.reduce(
    (soFar, measurement) => put(soFar, measurement.name, table(measurement, report)),
    put(text, 'machine', machine),
  );
}

function put(text: string, name: string, content: string): string {
  const begin = `<!-- figures: ${name} -->`;
  const end = '<!-- end -->';
  const block = `${begin}\n\n${content}\n\n${end}`;
  const from = text.indexOf(begin);
  const to = text.indexOf(end, from);
  if (from === -1 || to === -1) return `${text.trimEnd()}\n\n${block}\n`.trimStart();
  return text.slice(0, from) + block + text.slice(to + end.length);
}

function table({ title, method, figures, notes, voidRounds }: MeasurementReport, { at, command }: Report): string {
  const rounds = Math.max(0, ...figures.map(({ values }) => values.length));
  return [
    `### ${title}`,
    '',
    method,
    '',
    '| | median | minimum | maximum | rounds | target |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...figures.map((figure) => `| ${cells(figure).join(' | ')} |`),
    '',
    ...notes.flatMap((note) => [note, '']),
    ...voidRounds.flatMap((reason) => [`Void round: ${reason}`, '']),
    `${rounds} ${rounds === 1 ? 'round' : 'rounds'}, ${at.slice(0, 10)}, \`${command}\``,
  ].join('\n');
}
