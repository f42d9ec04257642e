import { isoTimestamp } from './fields.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
/** RFC 3164, with the year that some daemons add. */
const BSD = /^(?:<\d{1,3}>)?([A-Z][a-z]{2}) {1,2}(\d{1,2}) (?:(\d{4}) )?(\d{2}):(\d{2}):(\d{2})(?!\d)/;
const RFC_3339 = /^(?:<\d{1,3}>(?:\d )?)?(\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:?\d{2})?)(?= )/i;
/** 29 February may be eight years back (1896 and 1904 are that far apart). */
const YEARS_BACK = 8;

/**
 * The time stamp before a syslog line's host and tag, ms; null where there is none that can be read.
 * Without a year it is local time in the latest year that puts it no later than `referenceTime`, the file's change time.
 */
export function syslogTimestamp(line: string, referenceTime: number): number | null {
  const bsd = BSD.exec(line);
  if (bsd === null) {
    const iso = RFC_3339.exec(line);
    return iso === null ? null : (isoTimestamp(iso[1]) ?? null);
  }
  const month = MONTHS.indexOf(bsd[1]);
  if (month === -1) return null;
  const [day, hour, minute, second] = [Number(bsd[2]), Number(bsd[4]), Number(bsd[5]), Number(bsd[6])];
  if (hour > 23 || minute > 59 || second > 60) return null;
  if (bsd[3] !== undefined) return localTime(Number(bsd[3]), month, day, hour, minute, second);
  const latest = new Date(referenceTime).getFullYear();
  for (let year = latest; year >= latest - YEARS_BACK; year--) {
    const time = localTime(year, month, day, hour, minute, second);
    if (time !== null && time <= referenceTime) return time;
  }
  return null;
}

/** Null for a day that the month does not have. */
function localTime(year: number, month: number, day: number, hour: number, minute: number, second: number): number | null {
  const date = new Date(year, month, day, hour, minute, second);
  return new Date(year, month, day).getMonth() === month && day > 0 ? date.getTime() : null;
}
