import type { Engine, JobInfo } from '@weir/protocol';

const EVERY = 500;

/** One line on a terminal, written over again and again: share of the input, speed, alerts, checkpoints, restarts. */
export class Progress {
  readonly #stream: NodeJS.WriteStream;
  readonly #timer: NodeJS.Timeout;
  #last = { at: performance.now(), lines: 0, events: 0 };

  constructor(stream: NodeJS.WriteStream, engine: Engine, jobId: string, totalBytes: number) {
    this.#stream = stream;
    this.#timer = setInterval(() => {
      const job = engine.snapshot().jobs.find((each) => each.id === jobId);
      if (job) stream.write(`\r\x1b[K${this.#line(job, totalBytes)}`);
    }, EVERY);
  }

  stop(): void {
    clearInterval(this.#timer);
    this.#stream.write('\r\x1b[K');
  }

  #line(job: JobInfo, totalBytes: number): string {
    const now = performance.now();
    const lines = counter(job, 'lines');
    const events = counter(job, 'events');
    const seconds = Math.max(0.001, (now - this.#last.at) / 1_000);
    // After a restart the counters go back to the checkpoint's: that is no negative speed.
    const speed = (value: number, before: number): number => Math.max(0, Math.round((value - before) / seconds));
    const text = [
      `${totalBytes === 0 ? 100 : Math.min(100, Math.floor((100 * counter(job, 'bytes')) / totalBytes))} %`,
      `${speed(lines, this.#last.lines)} lines/s`,
      `${speed(events, this.#last.events)} events/s`,
      `${Object.values(job.committed).reduce((sum, count) => sum + count, 0)} alerts`,
      `${job.checkpoints.counts.completed} checkpoints`,
      `${job.numRestarts} restarts`,
      ...(job.state === 'RUNNING' ? [] : [job.state]),
    ];
    this.#last = { at: now, lines, events };
    return text.join(' · ');
  }
}

/** What the source counts itself: `operator name.bytes` and so on. */
function counter(job: JobInfo, name: string): number {
  let total = 0;
  for (const { metrics } of job.vertices.flatMap((vertex) => vertex.subtasks)) {
    for (const [key, value] of Object.entries(metrics.operatorCounters ?? {})) if (key.endsWith(`.${name}`)) total += value;
  }
  return total;
}
