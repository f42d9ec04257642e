import type { Source, SourceReader, SourceReaderContext } from '@weir/runtime';
import type { UserEvent } from '../../event.js';
import { type SourceClock, SystemSourceClock } from '../../source-clock.js';
import type { FormatName, KeyField } from '../formats/format.js';
import { FileWatch } from './file-watch.js';
import { type FollowPosition, followPosition } from './follow-position.js';
import { FollowReader } from './follow-reader.js';

export interface FollowSourceOptions {
  /** Absolute path of a file that grows, is rotated, and may not be there yet. */
  readonly path: string;
  /** Told by its ending or first lines unless given; the files after it have the same. */
  readonly format?: FormatName | undefined;
  readonly key: KeyField;
  /** Publishes each event as a line of the log, topic `source`. */
  readonly logEvents?: boolean;
}

/**
 * Events of a growing log, from its beginning on, through its rotations; set parallelism 1.
 *
 * By rename nothing is lost and nothing comes twice: a rotated file is read to its end, also what a writer that still has it open appends
 * shortly after. What cannot be read any more (the file was cut, or a replay needs one that is deleted or compressed) is counted as
 * `bytesMissing` and published, topic `log-gap`, as `{file, bytesMissing, reason}`; the job goes on.
 */
export class FollowSource implements Source<UserEvent, FollowPosition> {
  readonly boundedness = 'CONTINUOUS_UNBOUNDED';
  readonly stateType = followPosition;
  readonly #options: FollowSourceOptions;
  readonly #clock: SourceClock;

  constructor(options: FollowSourceOptions, clock: SourceClock = new SystemSourceClock()) {
    this.#options = options;
    this.#clock = clock;
  }

  createReader(context: SourceReaderContext): SourceReader<UserEvent, FollowPosition> {
    return new FollowReader(this.#options, context, new FileWatch(this.#clock), () => this.#clock.now());
  }
}
