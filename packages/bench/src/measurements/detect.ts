import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LoadEvents } from '@weir/connectors';
import { runBare, runToEnd } from '../bare/child.js';
import type { PlainLinesParameters, PlainLinesResult } from '../bare/plain-lines.js';
import { defaultWorkload, type Workload } from '../contender.js';
import { WEIR_COMMAND, WEIR_ENVIRONMENT } from '../contenders/weir-process.js';
import { unequalWork } from '../oracle.js';
import { count, inTurn, type Measurement, VoidRound } from './measurement.js';

const LINES = 4_000_000;
const QUICK_LINES = 400_000;

export const detect: Measurement = {
  name: 'detect',
  title: 'weir detect on ndjson',
  method:
    'The command from start to end, process start, checkpoints and exactly-once output with it, against two scripts from start to end: `for await (const line of readline)` with JSON.parse and a Map, and the ' +
    `fastest plain loop known (1 MiB chunks as latin1, split, JSON.parse, Map). A generated file of ${count(LINES)} lines, 1,000 users, in the page cache.`,
  async round(bench, figures) {
    if (bench.quick) figures.note(`A file of ${count(QUICK_LINES)} lines: most of the time is the start of the process.`);
    const workload = { ...defaultWorkload, parallelism: 1, count: bench.quick ? QUICK_LINES : LINES };
    const file = join(bench.directory, 'events.ndjson');
    await writeEvents(file, workload);
    const contenders = {
      'weir detect': () => weirDetect(file, join(bench.directory, 'alerts.ndjson')),
      'for await, JSON.parse': () => plainLines({ file, threshold: workload.threshold, how: 'readline' }),
      'split, JSON.parse': () => plainLines({ file, threshold: workload.threshold, how: 'split' }),
    };
    const seconds: Record<string, number> = {};
    for (const [name, run] of inTurn(bench, Object.entries(contenders))) {
      const begin = performance.now();
      const { events, alerts } = await run();
      seconds[name] = (performance.now() - begin) / 1000;
      const reason = unequalWork(workload, { events: [events], alerts });
      if (reason !== undefined) throw new VoidRound(`${name}: ${reason}`);
      figures.value(name, events / seconds[name], 'lines/s');
    }
    const ours = seconds['weir detect'];
    figures.value('weir detect / for await', seconds['for await, JSON.parse'] / ours, '×', { atLeast: 4 });
    figures.value('weir detect / split', seconds['split, JSON.parse'] / ours, '×', { atLeast: 2.5 });
    await rm(file);
  },
};

async function writeEvents(file: string, { keys, abnormalRate, seed, count = 0 }: Workload): Promise<void> {
  const events = new LoadEvents({ keys, abnormalRate, seed, rate: 0 }, 0, 1, 1_700_000_000_000);
  function* chunks(): Generator<string> {
    for (let n = 0; n < count; ) {
      const lines: string[] = [];
      for (const end = Math.min(count, n + 10_000); n < end; n++) {
        const { userId, isAbnormal, timestamp } = events.event(n);
        lines.push(`{"userId":"${userId}","eventType":"${isAbnormal ? 'abnormal' : 'normal'}","timestamp":${timestamp}}\n`);
      }
      yield lines.join('');
    }
  }
  await pipeline(Readable.from(chunks()), createWriteStream(file));
}

async function weirDetect(file: string, output: string): Promise<PlainLinesResult> {
  const command = [...WEIR_COMMAND, 'detect', file, '--output', output, '--json'];
  const said = await runToEnd(command, { env: WEIR_ENVIRONMENT });
  return JSON.parse(said.trim().split('\n').at(-1) ?? '') as PlainLinesResult;
}

const plainLines = (parameters: PlainLinesParameters): Promise<PlainLinesResult> => runBare('plain-lines', parameters);
