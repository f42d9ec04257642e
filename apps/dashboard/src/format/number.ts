const thin = '\u2009';
const whole = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** Nothing is known: never shown as a zero. */
export const UNKNOWN = '—';

/** A total, always in full: 12,345. */
export function formatCount(value: number | undefined): string {
  return value === undefined || !Number.isFinite(value) ? UNKNOWN : whole.format(value);
}

/** Three significant digits: 0, 0.6, 12.4, 480, 12.3 k, 1.2 M. */
export function formatShort(value: number | undefined): string {
  if (value === undefined || !Number.isFinite(value)) return UNKNOWN;
  if (value === 0) return '0';
  const size = Math.abs(value);
  if (size < 0.05) return value < 0 ? '−0.1' : '<0.1';
  if (size < 99.95) return value.toFixed(1);
  if (size < 999.5) return whole.format(value);
  if (size < 999_500) return `${significant(value / 1e3)}${thin}k`;
  if (size < 999_500_000) return `${significant(value / 1e6)}${thin}M`;
  return `${significant(value / 1e9)}${thin}G`;
}

export function formatRate(perSecond: number | undefined): string {
  const short = formatShort(perSecond);
  return short === UNKNOWN ? short : `${short}/s`;
}

/** A share 0 … 1: 0%, 3%, 12%, 99.9%. Nearly all is never shown as all, nearly nothing never as nothing. */
export function formatShare(share: number | undefined): string {
  if (share === undefined || !Number.isFinite(share)) return UNKNOWN;
  const percent = share * 100;
  if (percent > 0 && percent < 0.5) return '<1%';
  if (percent > 99 && percent < 100) return `${Math.min(Math.floor(percent * 10) / 10, 99.9)}%`;
  return `${Math.round(percent)}%`;
}

function significant(value: number): string {
  return Math.abs(value) < 9.995 ? value.toFixed(1) : Math.abs(value) < 99.95 ? value.toFixed(1) : value.toFixed(0);
}
