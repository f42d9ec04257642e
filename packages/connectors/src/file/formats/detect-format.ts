import { CsvFormat } from './csv.js';
import { BLANK, type Format, type FormatName, type FormatOptions } from './format.js';
import { NdjsonFormat } from './ndjson.js';
import { isSshdLine, SshdFormat } from './sshd.js';

/** `atStart`: the next record is the file's first, so a `header` that is known already is that of the file before it. */
export function createFormat(name: FormatName, options: FormatOptions, header: string | null, atStart: boolean): Format {
  switch (name) {
    case 'ndjson':
      return new NdjsonFormat(options);
    case 'csv':
      return new CsvFormat(options, header, atStart);
    case 'sshd':
      return new SshdFormat(options);
  }
}

const ENDINGS: readonly (readonly [string, FormatName])[] = [
  ['.csv', 'csv'],
  ['.ndjson', 'ndjson'],
  ['.jsonl', 'ndjson'],
];

/** How much of a file `detectFormat` wants to see. */
export const DETECT_BYTES = 65_536;

const FIRST_LINES = 20;
const SYSLOG_LINE = /^(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} {1,2}\d{1,2} \d{2}:\d{2}:\d{2}|\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}\S*) /;

/** By the ending, else by the first lines; undefined if neither tells. A file without any line is as good as ndjson. */
export function detectFormat(path: string, firstBytes: Uint8Array): FormatName | undefined {
  const ending = ENDINGS.find(([end]) => path.toLowerCase().endsWith(end));
  if (ending !== undefined) return ending[1];
  const lines = new TextDecoder('utf-8')
    .decode(firstBytes)
    .replaceAll('\0', '')
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '');
  if (lines.length === 0) return 'ndjson';
  // In this order: what a JSON text or a header says is certain, `sshd[1]: ` may stand in somebody's name.
  if (lines.slice(0, FIRST_LINES).some(isJsonObject)) return 'ndjson';
  if (new CsvFormat({ key: 'user', referenceTime: 0 }, null).parse(lines[0]) === BLANK) return 'csv';
  if (lines.some(isSshdLine)) return 'sshd';
  // A log of other daemons, in which sshd may speak later.
  return SYSLOG_LINE.test(lines[0]) ? 'sshd' : undefined;
}

function isJsonObject(line: string): boolean {
  if (!line.trimStart().startsWith('{')) return false;
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}
