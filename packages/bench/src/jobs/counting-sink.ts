import type { Alert } from '@weir/detection';
import type { CommitPart, Committer, CommitterContext, RuntimeContext, Sink, SinkWriter } from '@weir/runtime';
import type { SinkKind } from '../contender.js';
import { LatencyRecorder } from './latency-recorder.js';

export interface CountingSinkOptions {
  readonly kind: SinkKind;
  readonly rate: number;
  readonly latencyFrom: number;
  readonly directory: string;
}

/** Published once by each attempt of a subtask. */
export const FIRST_ALERT_TOPIC = 'first-alert';

/** Counts alerts and commits the count with the checkpoint: each alert once, whatever failed in between. */
export class CountingSink implements Sink<Alert> {
  readonly #options: CountingSinkOptions;

  constructor(options: CountingSinkOptions) {
    this.#options = options;
  }

  createWriter(context: RuntimeContext): SinkWriter<Alert> {
    const { kind } = this.#options;
    const latencies = kind === 'latency' ? new LatencyRecorder(this.#options, context) : undefined;
    let count = 0;
    let isFirst = true;
    const writer: SinkWriter<Alert> = {
      write(alert) {
        count++;
        if (isFirst) {
          isFirst = false;
          context.publish(FIRST_ALERT_TOPIC, {
            subtask: context.indexOfThisSubtask,
            attempt: context.attemptNumber,
            at: performance.timeOrigin + performance.now(),
          });
        }
        latencies?.record(alert);
        return kind === 'slow' ? new Promise((resolve) => setTimeout(resolve, 1)) : undefined;
      },
      prepareCommit() {
        const part = new Uint8Array(8);
        new DataView(part.buffer).setFloat64(0, count);
        count = 0;
        return [part];
      },
      close: () => latencies?.close(),
    };
    return writer;
  }

  createCommitter(_context: CommitterContext): Committer {
    return new CountCommitter();
  }
}

/** The sum outlives TaskManagers, not the JobManager: no measurement fails that one. */
class CountCommitter implements Committer {
  #last = 0;
  #records = 0;

  async open(): Promise<number> {
    return this.#last;
  }

  committedRecords(): number {
    return this.#records;
  }

  async commit(checkpointId: number, parts: readonly CommitPart[]): Promise<number> {
    if (checkpointId <= this.#last) return 0;
    let records = 0;
    for (const { bytes } of parts) {
      for await (const part of bytes) records += new DataView(part.buffer, part.byteOffset, part.byteLength).getFloat64(0);
    }
    this.#last = checkpointId;
    this.#records += records;
    return records;
  }

  async close(): Promise<void> {}
}
