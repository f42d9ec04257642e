import { UNKNOWN } from './number.js';

const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' });
const minutes = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });

/** HH:mm:ss in the viewer's zone. */
export function formatClock(at: number | undefined): string {
  return at === undefined || at <= 0 ? UNKNOWN : time.format(at);
}

/** HH:mm:ss.SSS, for failures. */
export function formatClockMs(at: number | undefined): string {
  if (at === undefined || at <= 0) return UNKNOWN;
  const ms = Math.floor(at) % 1000;
  return `${time.format(at)}.${String(ms).padStart(3, '0')}`;
}

export function formatMinute(at: number): string {
  return minutes.format(at);
}

/** The whole moment, for hovering. */
export function exactTime(at: number | undefined): string {
  if (at === undefined || at <= 0) return UNKNOWN;
  const date = new Date(at);
  const pad = (value: number) => String(value).padStart(2, '0');
  return `${date.getFullYear()}-${pad(date.getMonth() + 1)}-${pad(date.getDate())} ${formatClockMs(at)}`;
}
