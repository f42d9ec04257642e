import { isUtf8 } from 'node:buffer';
import { toIngestLine } from '@weir/connectors';
import { RestError } from '../http/rest-error.js';

export interface EventsBody {
  /** A JSON object a line, each with its newline. */
  readonly lines: string;
  readonly count: number;
}

/** A request's events: ndjson, or one JSON array. 400 for the first that is none, by its line or its place in the array. */
export function parseEvents(body: Buffer, key: 'user' | 'ip'): EventsBody {
  if (!isUtf8(body)) throw new RestError(400, `${badLine(body)}: not UTF-8. Nothing of the request was taken.`);
  const text = body.toString('utf8').replace(/^\ufeff/, '');
  const lines: string[] = [];
  for (const { value, where } of text.trimStart().startsWith('[') ? ofArray(text) : ofLines(text)) {
    const result = toIngestLine(value, key);
    if ('reason' in result) throw new RestError(400, `${where}: ${result.reason}. Nothing of the request was taken.`);
    lines.push(result.line);
  }
  if (lines.length === 0) throw new RestError(400, 'The body holds no event: send one JSON object a line, or a JSON array of them.');
  return { lines: lines.join(''), count: lines.length };
}

interface Sent {
  readonly value: unknown;
  readonly where: string;
}

function* ofLines(text: string): Iterable<Sent> {
  for (const [index, line] of text.split('\n').entries()) {
    if (line.trim() === '') continue;
    const where = `line ${index + 1}`;
    try {
      yield { value: JSON.parse(line), where };
    } catch (error) {
      if (error instanceof RestError) throw error;
      throw new RestError(400, `${where}: not JSON. Nothing of the request was taken.`);
    }
  }
}

function* ofArray(text: string): Iterable<Sent> {
  let values: unknown[];
  try {
    values = JSON.parse(text) as unknown[];
  } catch (error) {
    throw new RestError(400, `The body is not a JSON array: ${(error as Error).message}`);
  }
  for (const [index, value] of values.entries()) yield { value, where: `event ${index + 1}` };
}

function badLine(body: Buffer): string {
  let line = 1;
  for (let from = 0; from < body.length; line++) {
    const end = body.indexOf(10, from);
    const to = end === -1 ? body.length : end;
    if (!isUtf8(body.subarray(from, to))) break;
    from = to + 1;
  }
  return `line ${line}`;
}
