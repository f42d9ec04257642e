import type { Committer, CommitterContext, RuntimeContext, Sink, SinkWriter } from '@weir/runtime';
import { jsonText } from '../file/json-text.js';
import { LineWriter } from '../file/line-writer.js';
import { nodeSinkFiles } from '../file/node-sink-files.js';
import { AlertLogCommitter } from './alert-log-committer.js';

/** What the log keeps of an alert. */
export interface LoggableAlert {
  readonly id: string;
  readonly userId: string;
  readonly count: number;
  readonly timestamp: number | null;
  readonly message: string;
}

/** A line of the log. `seq` is 1, 2, …, given at the commit and never again. */
export interface LoggedAlert extends LoggableAlert {
  readonly seq: number;
  readonly jobId: string;
}

/** Committed alerts in `alerts.ndjson` of a directory, over all jobs that ever wrote there. Read it with `AlertLogReader`. */
export class AlertLogSink implements Sink<LoggableAlert> {
  readonly #directory: string;

  constructor(options: { readonly directory: string }) {
    this.#directory = options.directory;
  }

  createWriter({ jobId }: RuntimeContext): SinkWriter<LoggableAlert> {
    const job = jsonText(jobId);
    return new LineWriter(
      ({ id, userId, count, timestamp, message }) =>
        `{"id":${jsonText(id)},"jobId":${job},"userId":${jsonText(userId)},"count":${count},"timestamp":${timestamp},"message":${jsonText(message)}}`,
    );
  }

  createCommitter(context: CommitterContext): Committer {
    return new AlertLogCommitter(this.#directory, context.lineage, nodeSinkFiles);
  }
}
