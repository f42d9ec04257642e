import type { AlertEntry } from '@weir/protocol';

/** Newest on top: what is not committed yet by when it was raised, above what is, by number. */
export function newestFirst(alerts: readonly AlertEntry[]): readonly AlertEntry[] {
  return [...alerts].sort((a, b) => moment(b) - moment(a) || (b.seq ?? Number.MAX_SAFE_INTEGER) - (a.seq ?? Number.MAX_SAFE_INTEGER));
}

function moment(alert: AlertEntry): number {
  return alert.raisedAt > 0 ? alert.raisedAt : (alert.timestamp ?? 0);
}

/** The lowest number held; undefined if none of them is committed. */
export function oldestNumber(alerts: readonly AlertEntry[]): number | undefined {
  return alerts.reduce<number | undefined>((low, { seq }) => (seq !== null && (low === undefined || seq < low) ? seq : low), undefined);
}

export interface AlertText {
  readonly before: string;
  readonly user: string;
  readonly after: string;
}

/** The job's own words, never translated, parted so that the user can be shown in its hue. */
export function partAlertText({ message, userId }: AlertEntry): AlertText {
  const at = userId ? message.indexOf(`userId=${userId}`) : -1;
  if (at < 0) return { before: message, user: '', after: '' };
  const start = at + 'userId='.length;
  return { before: message.slice(0, start), user: userId, after: message.slice(start + userId.length) };
}
