import { dirname } from 'node:path';
import { InputStatus, type ReaderOutput, type SourceReader, type SourceReaderContext } from '@weir/runtime';
import type { UserEvent } from '../../event.js';
import { SourceGauges } from '../../source-gauges.js';
import type { Parsed } from '../formats/format.js';
import type { Watch } from './file-watch.js';
import type { Gap } from './find-again.js';
import { FollowFigures } from './follow-figures.js';
import type { FollowPosition } from './follow-position.js';
import type { FollowSourceOptions } from './follow-source.js';
import type { FollowedFile, FollowTotals } from './followed-file.js';
import { LogTrail } from './log-trail.js';

/** Per poll, whichever is reached first. */
const MOST_EVENTS = 512;
const MOST_RECORDS = 1024;
/** While records wait to be taken, the files are measured so often, ms. */
const MEASURE_INTERVAL = 1_000;

type Events = Extract<Parsed, { kind: 'events' }>;

/** A record whose events are being handed over, and where it began. */
interface Current {
  readonly followed: FollowedFile;
  readonly events: Events;
  readonly offset: number;
  readonly line: number;
}

export class FollowReader implements SourceReader<UserEvent, FollowPosition> {
  readonly #context: SourceReaderContext;
  readonly #options: FollowSourceOptions;
  readonly #active: boolean;
  readonly #trail: LogTrail;
  readonly #watch: Watch;
  readonly #figures: FollowFigures;
  readonly #gauges: SourceGauges<'pendingBytes' | 'pendingTime' | 'openFiles'>;
  #current: Current | undefined;
  #waiting: Promise<void> | undefined;
  #trouble: string | undefined;
  #closed = false;
  readonly #now: () => number;
  #measuredAt = 0;
  #measuring: Promise<void> | undefined;
  #lastEventTime: number | undefined;

  constructor(options: FollowSourceOptions, context: SourceReaderContext, watch: Watch, now: () => number) {
    this.#options = options;
    this.#context = context;
    this.#active = context.indexOfThisSubtask === 0;
    this.#figures = new FollowFigures(context);
    this.#gauges = new SourceGauges(context);
    this.#watch = watch;
    this.#now = now;
    this.#trail = new LogTrail({
      path: options.path,
      format: options.format,
      key: options.key,
      now,
      onGap: (gap) => this.#gap(gap),
      onTrouble: (reason) => this.#tell(reason),
    });
  }

  async start(restored: readonly FollowPosition[] | undefined): Promise<void> {
    if (!this.#active) return;
    if (restored === undefined || restored.length === 0) return this.#trail.begin();
    for (const position of restored) this.#figures.add(position);
    await this.#trail.restore(restored);
    this.#figures.show();
  }

  pollNext(output: ReaderOutput<UserEvent>): InputStatus {
    if (!this.#active) return InputStatus.END_OF_INPUT;
    const mostEvents = this.#figures.totals.events + MOST_EVENTS;
    let status: InputStatus | undefined;
    for (let records = 0; status === undefined; records++) {
      if (this.#current === undefined && !this.#nextRecord()) status = InputStatus.NOTHING_AVAILABLE;
      else if (this.#current !== undefined && !this.#handOver(output, mostEvents)) status = InputStatus.MORE_AVAILABLE;
      else if (records >= MOST_RECORDS) status = InputStatus.MORE_AVAILABLE;
    }
    if (status === InputStatus.MORE_AVAILABLE) this.#measure();
    this.#showAll();
    return status;
  }

  /** False if no file has a record now. */
  #nextRecord(): boolean {
    for (const followed of this.#trail.files) {
      const { offset, line } = followed;
      const parsed = followed.next();
      if (parsed === undefined) continue;
      if (parsed.kind === 'events') {
        this.#current = { followed, events: parsed, offset, line };
      } else {
        followed.repeated = 0;
        if (parsed.kind === 'malformed') this.#figures.malformed(followed.file.path, line + 1, parsed.reason);
        else if (parsed.kind === 'skipped') this.#figures.totals.skipped++;
        this.#figures.consumed(followed, offset, line);
      }
      return true;
    }
    return false;
  }

  /** False if there was no room for all of it. */
  #handOver(output: ReaderOutput<UserEvent>, mostEvents: number): boolean {
    const { followed, events, offset, line } = this.#current as Current;
    const { totals } = this.#figures;
    while (followed.repeated < events.times) {
      if (totals.events >= mostEvents || !output.hasRoom()) return false;
      const event = { userId: events.userId, isAbnormal: events.isAbnormal, timestamp: events.timestamp, sequence: totals.sequence };
      output.collect(event);
      if (this.#options.logEvents) this.#context.publish('source', event);
      followed.repeated++;
      totals.events++;
      totals.sequence++;
    }
    followed.repeated = 0;
    this.#current = undefined;
    this.#lastEventTime = events.timestamp ?? this.#lastEventTime;
    this.#figures.consumed(followed, offset, line);
    return true;
  }

  isAvailable(): Promise<void> {
    this.#waiting ??= this.#wait().finally(() => {
      this.#waiting = undefined;
    });
    return this.#waiting;
  }

  async #wait(): Promise<void> {
    for (;;) {
      if (this.#closed) return;
      const found = await this.#trail.look();
      this.#measuredAt = this.#now();
      this.#showAll();
      if (found) return;
      const watched = this.#trail.files.map(({ file }) => ({ key: file.inode, path: file.path }));
      // A new file makes itself known in its directory only.
      const directory = dirname(this.#options.path);
      this.#watch.watch(this.#trail.absent ? [...watched, { key: 'directory', path: directory }] : watched);
      await this.#watch.next();
    }
  }

  /** A look is only had once all records are taken, which may be long after the file has grown. */
  #measure(): void {
    const now = this.#now();
    if (this.#measuring !== undefined || now - this.#measuredAt < MEASURE_INTERVAL) return;
    this.#measuredAt = now;
    this.#measuring = this.#trail
      .measure()
      .catch(() => {})
      .finally(() => {
        this.#measuring = undefined;
      });
  }

  #showAll(): void {
    const { files, changedAt } = this.#trail;
    const current = this.#current;
    // What has been parsed and not been handed over is not read yet.
    const pendingBytes = this.#trail.pendingBytes + (current === undefined ? 0 : current.followed.offset - current.offset);
    this.#figures.show();
    this.#gauges.set('openFiles', files.length);
    this.#gauges.set('pendingBytes', pendingBytes);
    if (this.#lastEventTime === undefined || changedAt === undefined) return;
    this.#gauges.set('pendingTime', pendingBytes === 0 ? 0 : Math.max(0, Math.round(changedAt - this.#lastEventTime)));
  }

  #gap(gap: Gap): void {
    this.#figures.gap(gap);
    this.#context.publish('log-gap', gap);
  }

  /** Once for each reason, not with each look. */
  #tell(reason: string | undefined): void {
    if (reason !== undefined && reason !== this.#trouble) this.#context.publish('log-unreadable', { file: this.#options.path, reason });
    this.#trouble = reason;
  }

  snapshotState(): readonly FollowPosition[] {
    const { files, placeholder } = this.#trail;
    const positions: Omit<FollowPosition, keyof FollowTotals>[] = files.map((followed) =>
      followed.position(this.#current?.followed === followed ? this.#current : undefined),
    );
    if (placeholder !== undefined) positions.push(placeholder);
    return positions.map((position, index) => ({
      ...position,
      ...(index === positions.length - 1 ? this.#figures.totals : FollowFigures.NONE),
    }));
  }

  async close(): Promise<void> {
    this.#closed = true;
    this.#watch.close();
    await this.#waiting?.catch(() => {});
    await this.#measuring;
    await this.#trail.close();
  }
}
