import { toEvent } from '../file/formats/fields.js';
import { type KeyField, malformed, type Parsed } from '../file/formats/format.js';

/** An event as the log keeps it, a JSON object. */
export function parseIngestLine(line: string, key: KeyField): Parsed {
  try {
    return toEvent(JSON.parse(line), key);
  } catch {
    return malformed('not JSON');
  }
}

/** What the log keeps of a JSON value that was sent, as a line with its newline; or why it is no event. */
export function toIngestLine(value: unknown, key: KeyField): { readonly line: string } | { readonly reason: string } {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { reason: 'not a JSON object' };
  const { userId, eventType, timestamp, ip } = value as Record<string, unknown>;
  const parsed = toEvent({ userId, eventType, timestamp, ip }, key);
  if (parsed.kind !== 'events') return { reason: parsed.kind === 'malformed' ? parsed.reason : 'not an event' };
  return { line: `${JSON.stringify({ userId, eventType, timestamp: parsed.timestamp, ...(ip ? { ip } : {}) })}\n` };
}
