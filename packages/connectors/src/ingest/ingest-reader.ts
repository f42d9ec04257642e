import { type Counter, InputStatus, type ReaderOutput, type SourceReader, type SourceReaderContext } from '@weir/runtime';
import type { UserEvent } from '../event.js';
import type { Watch } from '../file/follow/file-watch.js';
import { SourceGauges } from '../source-gauges.js';
import { type DurableMark, markPath, readDurableMark } from './durable-mark.js';
import { parseIngestLine } from './ingest-event.js';
import type { IngestPosition, IngestSourceOptions } from './ingest-source.js';
import { type PlacedFrame, SegmentReader } from './segment-reader.js';

/** Events handed over in a poll. */
const BATCH = 512;

type Total = 'events' | 'malformed' | 'eventsMissing' | 'bytesMissing';
const TOTALS: readonly Total[] = ['events', 'malformed', 'eventsMissing', 'bytesMissing'];

/** A request whose events are being handed over. */
interface Current extends PlacedFrame {
  readonly lines: readonly string[];
}

export class IngestReader implements SourceReader<UserEvent, IngestPosition> {
  readonly #options: IngestSourceOptions;
  readonly #context: SourceReaderContext;
  readonly #watch: Watch;
  readonly #log: SegmentReader;
  readonly #active: boolean;
  readonly #totals: Record<Total, number> = { events: 0, malformed: 0, eventsMissing: 0, bytesMissing: 0 };
  readonly #counters: ReadonlyMap<Total, Counter>;
  /** How far the log was read, for whoever bounds and shows what is unread; `logPosition` is there once that is known. */
  readonly #places: SourceGauges<'logPosition' | 'nextEvent'>;
  #offset: number;
  #position = -1;
  #loaded: readonly PlacedFrame[] = [];
  #nextLoaded = 0;
  #current: Current | undefined;
  #waiting: Promise<void> | undefined;
  #closed = false;

  constructor(options: IngestSourceOptions, context: SourceReaderContext, watch: Watch) {
    this.#options = options;
    this.#context = context;
    this.#watch = watch;
    this.#log = new SegmentReader(options.directory);
    this.#active = context.indexOfThisSubtask === 0;
    this.#offset = options.from;
    this.#counters = new Map(TOTALS.map((name) => [name, context.counter(name)]));
    this.#places = new SourceGauges(context);
  }

  start(restored: readonly IngestPosition[] | undefined): void {
    const state = restored?.[0];
    if (state !== undefined) {
      this.#offset = state.offset;
      this.#position = state.position;
      for (const name of TOTALS) this.#totals[name] = state[name];
    }
    if (this.#active) this.#show();
  }

  pollNext(output: ReaderOutput<UserEvent>): InputStatus {
    if (!this.#active) return InputStatus.END_OF_INPUT;
    for (let left = BATCH; left > 0; left--) {
      const current = this.#current ?? this.#nextFrame();
      if (current === undefined) {
        this.#show();
        return InputStatus.NOTHING_AVAILABLE;
      }
      if (!output.hasRoom()) break;
      this.#handOver(current, output);
    }
    this.#show();
    return InputStatus.MORE_AVAILABLE;
  }

  #handOver({ frame, lines, end }: Current, output: ReaderOutput<UserEvent>): void {
    const index = this.#offset - frame.first;
    const event = parseIngestLine(lines[index], this.#options.key);
    const sequence = this.#offset++;
    if (index + 1 === frame.count) {
      this.#current = undefined;
      this.#position = end;
    }
    if (event.kind !== 'events') {
      // It was whole when it was accepted: the job counts by another field since.
      const number = ++this.#totals.malformed;
      if (number <= 100 && event.kind === 'malformed')
        this.#context.publish('malformed', { file: 'http', line: sequence, reason: event.reason, number });
      return;
    }
    this.#totals.events++;
    const handedOver = { userId: event.userId, isAbnormal: event.isAbnormal, timestamp: event.timestamp, sequence };
    output.collect(handedOver);
    if (this.#options.logEvents) this.#context.publish('source', handedOver);
  }

  #nextFrame(): Current | undefined {
    while (this.#nextLoaded < this.#loaded.length) {
      const placed = this.#loaded[this.#nextLoaded++];
      const { frame, position, end } = placed;
      // Before the event that a first start begins with.
      if (frame.first + frame.count <= this.#offset) {
        this.#position = end;
        continue;
      }
      this.#position = position;
      this.#current = { ...placed, lines: frame.lines.split('\n') };
      return this.#current;
    }
    return undefined;
  }

  isAvailable(): Promise<void> {
    this.#waiting ??= this.#wait().finally(() => {
      this.#waiting = undefined;
    });
    return this.#waiting;
  }

  async #wait(): Promise<void> {
    while (!this.#closed && !(await this.#load())) {
      this.#watch.watch([{ key: 'mark', path: markPath(this.#options.directory) }]);
      await this.#watch.next();
    }
  }

  /** False if there is nothing new. */
  async #load(): Promise<boolean> {
    const durable = await readDurableMark(this.#options.directory);
    if (durable === undefined) return false;
    if (this.#position < 0) await this.#find(durable);
    if (durable.next <= this.#offset) return false;
    for (;;) {
      const frames = this.#position < 0 ? undefined : await this.#log.read(this.#position, durable.position);
      if (frames !== undefined) {
        this.#loaded = frames;
        this.#nextLoaded = 0;
        return true;
      }
      if (!(await this.#skipDeleted())) return false;
    }
  }

  /** Also if there is nothing to read yet: else whoever bounds what is unread would take all that was there before for unread. */
  async #find(durable: DurableMark): Promise<void> {
    if (this.#offset === durable.next) {
      this.#position = durable.position;
    } else {
      const segment = await this.#log.segmentOf(this.#offset);
      if (segment !== undefined && segment.first <= this.#offset) this.#position = segment.base;
    }
    this.#show();
  }

  /** What a replay needs is deleted already: goes on with the oldest there is, and says so. */
  async #skipDeleted(): Promise<boolean> {
    const oldest = await this.#log.oldest();
    if (oldest === undefined || oldest.base <= this.#position) return false;
    const eventsMissing = Math.max(0, oldest.first - this.#offset);
    // Without a place in the log only events can be counted.
    const bytesMissing = this.#position < 0 ? 0 : oldest.base - this.#position;
    this.#totals.eventsMissing += eventsMissing;
    this.#totals.bytesMissing += bytesMissing;
    this.#offset = Math.max(this.#offset, oldest.first);
    this.#position = oldest.base;
    this.#show();
    this.#context.publish('log-gap', { file: this.#options.directory, bytesMissing, eventsMissing, reason: 'deleted' });
    return true;
  }

  #show(): void {
    for (const [name, counter] of this.#counters) counter.inc(this.#totals[name] - counter.count);
    if (this.#position >= 0) this.#places.set('logPosition', this.#position);
    this.#places.set('nextEvent', this.#offset);
  }

  snapshotState(): readonly IngestPosition[] {
    if (!this.#active) return [];
    return [{ offset: this.#offset, position: this.#position, ...this.#totals }];
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await this.#waiting?.catch(() => {});
    await this.#log.close();
  }
}
