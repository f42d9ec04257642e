import { createHash } from 'node:crypto';

/**
 * Ids of one operator's alerts: 32 hex digits, the same whenever a replay makes the alert again, under a new job id too.
 *
 * One event makes one alert at most, so its sequence number makes the id unique within a lineage and operator; these come in as a hash
 * taken once. The key's hash is there for who compares ids of a job that was given another key. No hash function runs per alert.
 */
export function alertIds(lineage: string, operatorUid: string): (key: string, sequence: number) => string {
  const prefix = createHash('sha256')
    .update(JSON.stringify([lineage, operatorUid]))
    .digest('hex')
    .slice(0, 10);
  return (key, sequence) => prefix + hex(hashCode(key), 8) + sequence.toString(16).padStart(14, '0');
}

const hex = (value: number, digits: number): string => (value >>> 0).toString(16).padStart(digits, '0');

/** Java's `String.hashCode`. */
function hashCode(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}
