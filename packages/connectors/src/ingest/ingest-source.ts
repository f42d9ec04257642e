import { int64, record, type Source, type SourceReader, type SourceReaderContext, type TypeOf } from '@weir/runtime';
import type { UserEvent } from '../event.js';
import { FileWatch } from '../file/follow/file-watch.js';
import type { KeyField } from '../file/formats/format.js';
import { type SourceClock, SystemSourceClock } from '../source-clock.js';
import { IngestReader } from './ingest-reader.js';

export interface IngestSourceOptions {
  /** Absolute path of the log. */
  readonly directory: string;
  readonly key: KeyField;
  /** Number of the event that a first start begins with. */
  readonly from: number;
  /** Publishes each event as a line of the log, topic `source`. */
  readonly logEvents?: boolean;
}

/** How far the log has been read. There is one of it in the whole source. */
export const ingestPosition = record({
  /** Number of the next event; bytes of the log before the request that holds it, -1 while that was not looked for. */
  offset: int64(),
  position: int64(),
  /** Totals. */
  events: int64(),
  malformed: int64(),
  eventsMissing: int64(),
  bytesMissing: int64(),
});
export type IngestPosition = TypeOf<typeof ingestPosition>;

/** Events of an `IngestLog`, in the order in which they were accepted, by one reader: set parallelism 1. An event's number is its sequence number. */
export class IngestSource implements Source<UserEvent, IngestPosition> {
  readonly boundedness = 'CONTINUOUS_UNBOUNDED';
  readonly stateType = ingestPosition;
  readonly #options: IngestSourceOptions;
  readonly #clock: SourceClock;

  constructor(options: IngestSourceOptions, clock: SourceClock = new SystemSourceClock()) {
    this.#options = options;
    this.#clock = clock;
  }

  createReader(context: SourceReaderContext): SourceReader<UserEvent, IngestPosition> {
    return new IngestReader(this.#options, context, new FileWatch(this.#clock));
  }
}
