import { type ExchangeRecords, exchangeRecordsSection } from '../checkpoint/exchange-records.js';
import { exchangeUids } from '../graph/exchange-name.js';
import type { RecordWriter } from '../network/record-writer.js';
import type { SnapshotSection } from '../state/state-backend.js';

/** What a subtask begins to count from. */
export interface RestoredExchanges {
  /** The checkpoint that was restored; 0 for none. */
  readonly checkpointId: number;
  /** This subtask's share, by the uid of each operator that had counted then; after a change of parallelism it may have none. */
  readonly counted: ReadonlyMap<string, readonly ExchangeRecords[]>;
  /** Records that were in flight in it, by exchange: put back at this subtask's readers, and at its writers. */
  readonly inFlightAtReaders: ReadonlyMap<string, number>;
  readonly inFlightAtWriters: ReadonlyMap<string, number>;
}

type End = { readonly records: number; readonly since: number };
const NONE: End = { records: 0, since: 0 };

/**
 * Counts, per exchange, the records that a task has sent and taken in since its job line began, and keeps that in the state of the operators at the two ends.
 * So in each checkpoint what was sent is what was received and what is in flight, or something was lost or doubled. Per record it costs nothing: it goes by the
 * counters that writers and task have anyway.
 */
export class ExchangeCounter {
  readonly #writers: readonly RecordWriter[];
  /** The exchange of each input channel. */
  readonly #channelEdges: readonly string[];
  readonly #received = new Map<string, number>();
  #attributed = 0;
  readonly #sentBefore = new Map<string, End>();
  readonly #receivedBefore = new Map<string, End>();
  /** In flight when counting began: nobody's writer counts them. */
  readonly #sentUncounted = new Map<string, End>();

  constructor(writers: readonly RecordWriter[], channelEdges: readonly string[], restored: RestoredExchanges) {
    this.#writers = writers;
    this.#channelEdges = channelEdges;
    for (const edge of channelEdges) this.#received.set(edge, 0);
    const { checkpointId, counted, inFlightAtReaders, inFlightAtWriters } = restored;
    const before = (uid: string, edge: string, end: string): End | undefined => {
      const parts = counted.get(uid)?.filter((part) => part.edge === edge && part.end === end) ?? [];
      if (parts.length === 0) return counted.get(uid)?.length === 0 ? NONE : undefined;
      return { records: parts.reduce((sum, part) => sum + part.records, 0), since: Math.max(...parts.map((part) => part.since)) };
    };
    for (const { name } of writers) {
      const begin = { records: inFlightAtWriters.get(name) ?? 0, since: checkpointId };
      this.#sentBefore.set(name, before(exchangeUids(name).sourceUid, name, 'sent') ?? begin);
    }
    for (const edge of this.#received.keys()) {
      const uid = exchangeUids(edge).targetUid;
      const received = before(uid, edge, 'received');
      this.#receivedBefore.set(edge, received ?? { records: 0, since: checkpointId });
      const begin = { records: inFlightAtReaders.get(edge) ?? 0, since: checkpointId };
      const uncounted = received === undefined ? begin : (before(uid, edge, 'sent') ?? NONE);
      if (uncounted.records > 0) this.#sentUncounted.set(edge, uncounted);
    }
  }

  /** All that the task has taken in since the last call came by this channel; `recordsIn` is its counter now. */
  attribute(channel: number, recordsIn: number): void {
    const edge = this.#channelEdges[channel] as string;
    this.#received.set(edge, (this.#received.get(edge) as number) + recordsIn - this.#attributed);
    this.#attributed = recordsIn;
  }

  /** As of now, by the uid of the operator whose state it belongs to. Call it when the barrier is sent on, before anything else can emit. */
  sections(checkpointId: number): ReadonlyMap<string, SnapshotSection> {
    const byUid = new Map<string, ExchangeRecords[]>();
    const add = (uid: string, edge: string, end: 'sent' | 'received', before: End | undefined, now: number): void => {
      const list = byUid.get(uid) ?? [];
      byUid.set(uid, list);
      list.push({ edge, end, records: (before?.records ?? 0) + now, since: before?.since ?? 0 });
    };
    for (const writer of this.#writers) {
      add(exchangeUids(writer.name).sourceUid, writer.name, 'sent', this.#sentBefore.get(writer.name), writer.recordsSent);
    }
    for (const [edge, records] of this.#received) {
      const { targetUid } = exchangeUids(edge);
      add(targetUid, edge, 'received', this.#receivedBefore.get(edge), records);
      const uncounted = this.#sentUncounted.get(edge);
      if (uncounted !== undefined) add(targetUid, edge, 'sent', uncounted, 0);
    }
    return new Map([...byUid].map(([uid, counts]) => [uid, exchangeRecordsSection(checkpointId, counts)]));
  }
}
