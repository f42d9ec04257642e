import { UNKNOWN } from './number.js';

const units = ['B', 'KB', 'MB', 'GB', 'TB'];

/** 1 KB is 1,024 bytes: 0 B, 512 B, 6.1 KB, 48 MB. */
export function formatBytes(bytes: number | undefined): string {
  if (bytes === undefined || !Number.isFinite(bytes)) return UNKNOWN;
  let value = bytes;
  let unit = 0;
  while (value >= 999.5 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  return `${unit > 0 && value < 9.95 ? value.toFixed(1) : Math.round(value)} ${units[unit]}`;
}

/** For hovering: 6,120 B. */
export function exactBytes(bytes: number | undefined): string {
  return bytes === undefined ? UNKNOWN : `${bytes.toLocaleString('en-US')} B`;
}
