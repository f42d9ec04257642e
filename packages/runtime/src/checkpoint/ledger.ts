import type { ExchangeLedger, LedgerInfo } from '@weir/protocol';
import { channelParts, exchangeUids } from '../graph/exchange-name.js';
import type { CheckpointMetadata, OpenOperatorState } from './checkpoint-storage.js';
import { exchangeRecordsName, readExchangeRecords } from './exchange-records.js';
import { isInFlight } from './state-assignment.js';

interface Exchange {
  sent: number;
  received: number;
  inFlight: number;
}

/**
 * Adds up what the two ends of each exchange have counted in a completed checkpoint, and what lies in it between them. Undefined if nobody has counted, as in a
 * checkpoint of an older Weir. `openState` need not read files through. Throws `CorruptCheckpointError`.
 */
export async function readLedger(
  openState: OpenOperatorState,
  directory: string,
  metadata: CheckpointMetadata,
): Promise<LedgerInfo | undefined> {
  const exchanges = new Map<string, Exchange>();
  const exchange = (edge: string): Exchange => {
    const known = exchanges.get(edge) ?? { sent: 0, received: 0, inFlight: 0 };
    exchanges.set(edge, known);
    return known;
  };
  const { jobId, checkpointId } = metadata;
  const name = exchangeRecordsName(checkpointId);
  let counted = false;
  let since = 0;
  for (const { uid, handles } of metadata.operators) {
    for (const handle of handles) {
      for (const section of handle.sections) {
        if (isInFlight(section)) exchange(channelParts(section.name).exchange).inFlight += section.count;
      }
      if (!handle.sections.some((section) => section.name === name)) continue;
      counted = true;
      const file = await openState(directory, { jobId, checkpointId, operatorUid: uid, subtask: handle.subtask }, handle);
      try {
        for (const section of file.sections.filter((candidate) => candidate.name === name)) {
          for (const { edge, end, records, since: begun } of await readExchangeRecords(section)) {
            exchange(edge)[end === 'sent' ? 'sent' : 'received'] += records;
            since = Math.max(since, begun);
          }
        }
      } finally {
        await file.close();
      }
    }
  }
  return counted ? sumUp(metadata, exchanges, since) : undefined;
}

function sumUp({ checkpointId, vertices }: CheckpointMetadata, exchanges: ReadonlyMap<string, Exchange>, since: number): LedgerInfo {
  const vertexOf = (uid: string) => vertices.find(({ uids }) => uids.includes(uid))?.id ?? '';
  const entries = [...exchanges].map(([edge, { sent, received, inFlight }]): ExchangeLedger => {
    const { sourceUid, targetUid } = exchangeUids(edge);
    return {
      sourceVertexId: vertexOf(sourceUid),
      targetVertexId: vertexOf(targetUid),
      sent,
      received,
      inFlight,
      lost: Math.max(0, sent - received - inFlight),
      doubled: Math.max(0, received + inFlight - sent),
    };
  });
  const reading = new Set(entries.map(({ targetVertexId }) => targetVertexId));
  const behindSources = entries.filter(({ sourceVertexId }) => !reading.has(sourceVertexId));
  const sum = (of: readonly ExchangeLedger[], what: (entry: ExchangeLedger) => number) =>
    of.reduce((total, entry) => total + what(entry), 0);
  return {
    checkpointId,
    made: sum(behindSources, ({ sent }) => sent),
    processed: sum(behindSources, ({ received }) => received),
    inFlight: sum(behindSources, ({ inFlight }) => inFlight),
    lost: sum(entries, ({ lost }) => lost),
    doubled: sum(entries, ({ doubled }) => doubled),
    ...(since === 0 ? {} : { since }),
    exchanges: entries,
  };
}
