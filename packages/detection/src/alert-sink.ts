import { AlertLogSink, jsonText, TwoPhaseFileSink } from '@weir/connectors';
import type { Committer, CommitterContext, RuntimeContext, Sink, SinkWriter } from '@weir/runtime';
import type { Alert } from './events.js';
import type { SinkParameters } from './job-parameters.js';

/** A line of `weir detect`'s output. */
export const outputLine = ({ userId, count, timestamp, message }: Alert): string =>
  `{"userId":${jsonText(userId)},"count":${count},"timestamp":${timestamp},"message":${jsonText(message)}}`;

function committingSink(parameters: SinkParameters): Required<Sink<Alert>> {
  switch (parameters.kind) {
    case 'alert-log':
      return new AlertLogSink({ directory: parameters.directory });
    case 'file':
      return new TwoPhaseFileSink({ path: parameters.path, workDirectory: parameters.workDirectory, format: outputLine });
  }
}

/** Commits alerts with the checkpoint. Each is published as it arrives here, topic `sink`, for the log on the page: not committed yet. */
export class AlertSink implements Sink<Alert> {
  readonly #sink: Required<Sink<Alert>>;

  constructor(parameters: SinkParameters) {
    this.#sink = committingSink(parameters);
  }

  createWriter(context: RuntimeContext): SinkWriter<Alert> {
    const writer = this.#sink.createWriter(context);
    return {
      write(alert) {
        context.publish('sink', () => ({ id: alert.id, sequence: alert.sequence, message: alert.message }));
        return writer.write(alert);
      },
      prepareCommit: (checkpointId) => writer.prepareCommit?.(checkpointId) ?? [],
    };
  }

  createCommitter(context: CommitterContext): Committer {
    return this.#sink.createCommitter(context);
  }
}
