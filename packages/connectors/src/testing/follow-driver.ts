import { InputStatus } from '@weir/runtime';
import type { UserEvent } from '../event.js';
import type { Watch } from '../file/follow/file-watch.js';
import type { FollowPosition } from '../file/follow/follow-position.js';
import { FollowReader } from '../file/follow/follow-reader.js';
import type { FollowSourceOptions } from '../file/follow/follow-source.js';
import { CollectingOutput, type FakeContext, fakeContext } from './reader-driver.js';

/** Tells a test when the reader has seen all there is, and lets it look again when the test says so. */
class ManualWatch implements Watch {
  #idle = (): void => {};
  #wake = (): void => {};

  watch(): void {}

  next(): Promise<void> {
    this.#idle();
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }

  /** Resolves once the reader waits. */
  idle(): Promise<'idle'> {
    return new Promise((resolve) => {
      this.#idle = () => resolve('idle');
    });
  }

  wake(): void {
    this.#wake();
  }

  close(): void {
    this.wake();
  }
}

export interface FollowSnapshot {
  readonly records: readonly UserEvent[];
  readonly state: readonly FollowPosition[];
}

/** A followed log, read when a test says so, restored where it says. Records taken after a snapshot are forgotten with a restore of it. For tests. */
export class FollowDriver {
  readonly records: UserEvent[] = [];
  time = 0;
  context!: FakeContext;
  readonly #options: FollowSourceOptions;
  #reader!: FollowReader;
  #watch!: ManualWatch;
  #available: Promise<'more'> | undefined;

  constructor(options: FollowSourceOptions) {
    this.#options = options;
  }

  async start(from?: FollowSnapshot): Promise<void> {
    await this.#reader?.close();
    this.records.splice(0, this.records.length, ...(from?.records ?? []));
    this.#watch = new ManualWatch();
    this.#available = undefined;
    this.context = fakeContext();
    this.#reader = new FollowReader(this.#options, this.context, this.#watch, () => this.time);
    await this.#reader.start(from && structuredClone(from.state));
  }

  /** Takes what there is, `room` records at most. */
  async drain(room = Number.POSITIVE_INFINITY): Promise<void> {
    const output = new CollectingOutput<UserEvent>();
    output.room = room;
    for (;;) {
      const status = this.#reader.pollNext(output);
      if (status === InputStatus.MORE_AVAILABLE && output.room > 0) continue;
      if (status === InputStatus.MORE_AVAILABLE) break;
      if ((await this.#wait()) === 'idle') break;
    }
    this.records.push(...output.records);
  }

  #wait(): Promise<'more' | 'idle'> {
    const idle = this.#watch.idle();
    if (this.#available === undefined) {
      this.#available = this.#reader.isAvailable().then(() => {
        this.#available = undefined;
        return 'more' as const;
      });
    } else {
      this.#watch.wake();
    }
    return Promise.race([this.#available, idle]);
  }

  snapshot(): FollowSnapshot {
    return { records: [...this.records], state: structuredClone(this.#reader.snapshotState()) };
  }

  get users(): string[] {
    return this.records.map(({ userId }) => userId);
  }

  count(name: string): number {
    return this.context.counts.get(name)?.count ?? 0;
  }

  get published(): FakeContext['published'] {
    return this.context.published;
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
