import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** The detection over an ndjson file as a script would do it: a Map and JSON.parse of each line, two ways to come by the lines. */

export interface PlainLinesParameters {
  readonly file: string;
  readonly threshold: number;
  /** `readline`: `for await (const line of …)`; `split`: chunks split at newlines, the fastest plain way known. */
  readonly how: 'readline' | 'split';
}

export interface PlainLinesResult {
  readonly events: number;
  readonly alerts: number;
}

interface Line {
  readonly userId: string;
  readonly eventType: 'normal' | 'abnormal';
}

const { file, threshold, how } = JSON.parse(process.argv[2]) as PlainLinesParameters;
const counts = new Map<string, number>();
let events = 0;
let alerts = 0;

function take(text: string): void {
  const { userId, eventType } = JSON.parse(text) as Line;
  const count = eventType === 'abnormal' ? (counts.get(userId) ?? 0) + 1 : 0;
  counts.set(userId, count);
  events++;
  if (count >= threshold) alerts++;
}

if (how === 'readline') {
  for await (const line of createInterface({ input: createReadStream(file), crlfDelay: Number.POSITIVE_INFINITY })) take(line);
} else {
  let rest = '';
  for await (const chunk of createReadStream(file, { highWaterMark: 1 << 20, encoding: 'latin1' })) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  }
  if (rest !== '') take(rest);
}
console.log(JSON.stringify({ events, alerts } satisfies PlainLinesResult));
