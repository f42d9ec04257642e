import { int64, record, string, type TypeOf } from '../api/types.js';
import { serializerFor } from '../memory/serializers.js';
import { operatorSection, readOperatorSection, serializeElements } from '../state/operator-section.js';
import type { RestoredSection, SnapshotSection } from '../state/state-backend.js';

const element = record({ edge: string(), end: string(), records: int64(), since: int64() });

/**
 * Records that one subtask has passed at one end of an exchange (`sourceUid->targetUid`), as of the checkpoint it stands in: `sent` by its writer, `received` by
 * its reader. On a broadcast exchange each copy counts. `since`: the checkpoint that was restored from without counts, where counting began; 0 for the beginning.
 */
export type ExchangeRecords = TypeOf<typeof element>;

const PREFIX = 'ExchangeRecords@';

/**
 * Name of the operator list state that holds them. It says of which checkpoint: an older Weir, which does not know it, carries the list along as it was, and
 * that must not be taken for what the newer checkpoint says.
 */
export const exchangeRecordsName = (checkpointId: number): string => `${PREFIX}${checkpointId}`;

/** Of whichever checkpoint: the engine's own, not the operator's. */
export const isExchangeRecords = (section: { readonly name: string; readonly kind: string }): boolean =>
  section.kind === 'operator' && section.name.startsWith(PREFIX);

const serializer = serializerFor(element.schema);

export function exchangeRecordsSection(checkpointId: number, counts: readonly ExchangeRecords[]): SnapshotSection {
  return operatorSection(exchangeRecordsName(checkpointId), { state: 'list', type: element.schema }, serializeElements(serializer, counts));
}

export async function readExchangeRecords(section: RestoredSection): Promise<ExchangeRecords[]> {
  const counts: ExchangeRecords[] = [];
  for await (const count of readOperatorSection(section)) counts.push(count as ExchangeRecords);
  return counts;
}
