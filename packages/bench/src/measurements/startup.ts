import { join } from 'node:path';
import { WeirProcess } from '../contenders/weir-process.js';
import type { Measurement } from './measurement.js';

export const startup: Measurement = {
  name: 'startup',
  title: 'Start',
  method: 'From `npm start`, installed and built, with an empty data directory, to its line that the job is RUNNING.',
  async round(bench, figures) {
    const weir = await WeirProcess.start(
      ['--data-dir', join(bench.directory, `start-${bench.number}`)],
      ['npm', 'start', '--silent', '--'],
    );
    const seconds = (weir.readyAt - weir.startedAt) / 1000;
    await weir.end(true);
    figures.value('npm start to RUNNING', seconds, 's', { atMost: 1.5 });
  },
};
