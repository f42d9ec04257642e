/** Bytes of keyed state beyond which it is not read for the sake of the page. */
const LARGEST = 256 * 1024;
const STATE = 'abnormalCount';

/** `abnormalCount` of each key as a checkpoint holds it; undefined if it holds none or too many. */
export async function readRestoredCounts(externalPath: string): Promise<ReadonlyMap<string, number> | undefined> {
  const { readCheckpoint } = await import('@weir/runtime/storage');
  const reader = await readCheckpoint(externalPath);
  const [uid] = reader.uidsWith('keyed');
  const size = reader.sizes().find((operator) => operator.uid === uid)?.size;
  if (uid === undefined || size === undefined || size > LARGEST) return undefined;
  const counts = new Map<string, number>();
  for await (const { key, stateName, value } of reader.keyedEntries(uid))
    if (stateName === STATE && typeof value === 'number') counts.set(String(key), value);
  return counts;
}
