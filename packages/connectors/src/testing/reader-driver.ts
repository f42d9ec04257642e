import { type Counter, InputStatus, type ReaderOutput, type Source, type SourceReader, type SourceReaderContext } from '@weir/runtime';
import type { SourceClock } from '../source-clock.js';

/** Calls a reader in the documented order, without an engine. For tests. */

export interface FakeContext extends SourceReaderContext {
  readonly published: { readonly topic: string; readonly payload: unknown }[];
  readonly counts: ReadonlyMap<string, Counter>;
}

export function fakeContext(given: Partial<SourceReaderContext> = {}): FakeContext {
  const published: { topic: string; payload: unknown }[] = [];
  const counts = new Map<string, Counter>();
  return {
    jobId: 'job',
    lineage: 'lineage',
    operatorUid: 'source',
    taskName: 'Source',
    indexOfThisSubtask: 0,
    numberOfParallelSubtasks: 1,
    maxNumberOfParallelSubtasks: 128,
    attemptNumber: 0,
    taskManagerId: 'taskmanager-1',
    restoredCheckpointId: undefined,
    published,
    counts,
    counter(name) {
      let count = 0;
      const counter: Counter = {
        inc: (by = 1) => {
          count += by;
        },
        get count() {
          return count;
        },
      };
      counts.set(name, counter);
      return counter;
    },
    publish(topic, payload) {
      published.push({ topic, payload: typeof payload === 'function' ? (payload as () => unknown)() : payload });
    },
    ...given,
  };
}

export class CollectingOutput<T> implements ReaderOutput<T> {
  readonly records: T[] = [];
  /** Records taken before `hasRoom` says no, until it is set anew. */
  room = Number.POSITIVE_INFINITY;

  collect(value: T): void {
    this.records.push(value);
    this.room--;
  }

  hasRoom(): boolean {
    return this.room > 0;
  }
}

export async function startReader<T, S>(
  source: Source<T, S>,
  restored?: readonly S[],
  context: Partial<SourceReaderContext> = {},
): Promise<SourceReader<T, S>> {
  const reader = source.createReader(fakeContext(context));
  await reader.start(restored);
  return reader;
}

/** Polls to the end of input, or until nothing is there with `atMost` records taken at a time. `between` runs before each poll. */
export async function readAll<T, S>(
  reader: SourceReader<T, S>,
  between: (records: readonly T[]) => void = () => {},
  roomPerPoll = Number.POSITIVE_INFINITY,
): Promise<T[]> {
  const output = new CollectingOutput<T>();
  for (;;) {
    between(output.records);
    output.room = roomPerPoll;
    const status = reader.pollNext(output);
    if (status === InputStatus.END_OF_INPUT) break;
    if (status === InputStatus.NOTHING_AVAILABLE) await reader.isAvailable();
  }
  await reader.close?.();
  return output.records;
}

/** Time that passes only by `advance`. */
export class ManualClock implements SourceClock {
  readonly processId: string;
  time: number;

  constructor(time = 0, processId = 'process') {
    this.time = time;
    this.processId = processId;
  }

  now(): number {
    return this.time;
  }

  sleep(ms: number): { done: Promise<void>; cancel: () => void } {
    this.slept.push(ms);
    return { done: Promise.resolve(), cancel: () => {} };
  }

  readonly slept: number[] = [];
}
