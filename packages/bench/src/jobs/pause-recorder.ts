import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UserEvent } from '@weir/connectors';
import { AbnormalCountProcessFunction, type Alert } from '@weir/detection';
import type { Collector, KeyedProcessContext, RuntimeContext } from '@weir/runtime';

export const PAUSES = 'pauses';

/** Records between two looks at the clock: what a look costs must not show. */
const LOOK_EVERY = 32;
/** Between two looks at the scheduler's figures, ms: a wait that is taken off a pause may lie up to this long before it. */
const READ_EVERY = 1;

export interface PauseOptions {
  /** What is recorded: from when on after the start, for how long, ms. */
  readonly from: number;
  readonly length: number;
  readonly directory: string;
}

/** The process function of the job, which also finds the longest time that passed between two records in its thread's own time. */
export class PausesOfProcess extends AbnormalCountProcessFunction {
  readonly #options: PauseOptions;
  #recorder!: PauseRecorder;
  #records = 0;

  constructor(threshold: number, options: PauseOptions) {
    super(threshold);
    this.#options = options;
  }

  override open(context: RuntimeContext): void {
    super.open(context);
    const directory = join(this.#options.directory, PAUSES);
    mkdirSync(directory, { recursive: true });
    this.#recorder = new PauseRecorder(join(directory, `${context.indexOfThisSubtask}`), this.#options);
  }

  override processElement(event: UserEvent, context: KeyedProcessContext<string>, out: Collector<Alert>): void {
    if (this.#records++ % LOOK_EVERY === 0) this.#recorder.look();
    super.processElement(event, context, out);
  }

  override finish(): void {
    super.finish();
    this.#recorder.close();
  }

  close(): void {
    this.#recorder.close();
  }
}

/** Wall time between two looks, less what the thread waited for a core: that is another's doing. Only where there is /proc. */
class PauseRecorder {
  readonly #file: string;
  readonly #begin: number;
  readonly #end: number;
  #last = 0;
  #waited = 0;
  #readAt = 0;
  #longest = 0;

  constructor(file: string, { from, length }: PauseOptions) {
    this.#file = file;
    this.#begin = performance.now() + from;
    this.#end = this.#begin + length;
  }

  look(): void {
    const now = performance.now();
    const gap = now - this.#last;
    const isPause = gap > READ_EVERY;
    if (isPause || now - this.#readAt > READ_EVERY) {
      const waited = runQueueWait();
      if (isPause && this.#last > this.#begin && now < this.#end) this.#longest = Math.max(this.#longest, gap - (waited - this.#waited));
      this.#waited = waited;
      this.#readAt = now;
    }
    this.#last = now;
  }

  close(): void {
    writeFileSync(this.#file, String(this.#longest));
  }
}

/** Time that the calling thread was ready to run and did not, ms. */
function runQueueWait(): number {
  return Number(readFileSync('/proc/thread-self/schedstat', 'latin1').split(' ')[1]) / 1e6;
}
