import type { Committer, CommitterContext, Sink, SinkWriter } from '@weir/runtime';
import { LineWriter } from './line-writer.js';
import { nodeSinkFiles } from './node-sink-files.js';
import { TwoPhaseFileCommitter } from './two-phase-file-committer.js';

export interface TwoPhaseFileSinkOptions<T> {
  /** The output, absolute. A file is replaced at the start of a run; a device or pipe is written to, each line at least once. */
  readonly path: string;
  /** Keeps the mark of what has been committed; of this sink alone, and in the data directory, so that a run can be resumed. */
  readonly workDirectory: string;
  /** One record as one line, without its end. */
  readonly format: (value: T) => string;
}

/** Lines of committed records in a file that at any instant, whatever is ended, holds only whole ones and none twice. */
export class TwoPhaseFileSink<T> implements Sink<T> {
  readonly #options: TwoPhaseFileSinkOptions<T>;

  constructor(options: TwoPhaseFileSinkOptions<T>) {
    this.#options = options;
  }

  createWriter(): SinkWriter<T> {
    return new LineWriter(this.#options.format);
  }

  createCommitter(context: CommitterContext): Committer {
    return new TwoPhaseFileCommitter(this.#options, context.lineage, nodeSinkFiles);
  }
}
