import { readFile } from 'node:fs/promises';
import { readDurableMark } from './durable-mark.js';
import { IngestLogError } from './ingest-error.js';
import { decodeFrame, type IngestFrame } from './ingest-frame.js';
import { listSegments, type Segment, segmentAt } from './segments.js';

export interface RecoveredLog {
  readonly segments: readonly Segment[];
  /** Valid bytes of the last segment. */
  readonly length: number;
  /** Number of the next event. */
  readonly next: number;
}

/**
 * Reads the whole log. What a write that was cut off left at its end is not part of it; it was answered to nobody. Anything else that is not as
 * it was written is an error: events that were promised would be lost silently.
 */
export async function recoverLog(directory: string, onFrame: (frame: IngestFrame) => void): Promise<RecoveredLog> {
  const found = await listSegments(directory);
  const segments = found.length === 0 ? [segmentAt(directory, 0, 0)] : found;
  const durable = (await readDurableMark(directory))?.position ?? 0;
  let { first: next } = segments[0];
  let length = 0;
  for (const [index, segment] of segments.entries()) {
    const { path, base, first } = segment;
    const bytes = found.length === 0 ? Buffer.alloc(0) : await readFile(path);
    const before = segments[index - 1];
    if (before !== undefined && (before.base + length !== base || next !== first))
      throw new IngestLogError(`${path} does not go on where ${before.path} ends: a file of the ingest log is missing or was changed`);
    length = 0;
    for (;;) {
      const decoded = decodeFrame(bytes, length);
      if (decoded === undefined) break;
      if (decoded.frame.first !== next)
        throw new IngestLogError(`${path} has event ${decoded.frame.first} where ${next} belongs, at byte ${length}`);
      onFrame(decoded.frame);
      next += decoded.frame.count;
      length += decoded.length;
    }
    if (index < segments.length - 1 ? length < bytes.length : base + length < durable)
      throw new IngestLogError(`${path} is damaged at byte ${length}: events that had been accepted cannot be read`);
  }
  return { segments, length, next };
}
