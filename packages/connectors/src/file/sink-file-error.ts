import { WeirError } from '@weir/runtime';

/** The output of a sink cannot be written, or is not what had been committed. `path` names the file it is about. */
export class SinkFileError extends WeirError {
  readonly path: string;

  constructor(path: string, what: string, options?: { cause?: unknown }) {
    super('SINK_FILE', `${path} ${what}`, options);
    this.path = path;
  }
}
