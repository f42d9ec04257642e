import type { Language } from '../messages/define.js';
import { UNKNOWN } from './number.js';

/** A number and its unit, which is drawn smaller. */
export interface Quantity {
  readonly value: string;
  readonly unit: string;
}

/** For tables, the same in both languages: 0.4 ms, 58 ms, 2.14 s, 2m 05s, 3h 12m. */
export function formatDuration(ms: number | undefined): string {
  if (ms === undefined || !Number.isFinite(ms) || ms < 0) return UNKNOWN;
  if (ms < 9.95 && ms !== Math.round(ms)) return `${ms.toFixed(1)} ms`;
  if (ms < 999.5) return `${Math.round(ms)} ms`;
  if (ms < 9_995) return `${(ms / 1000).toFixed(2)} s`;
  if (ms < 59_950) return `${(ms / 1000).toFixed(1)} s`;
  return longDuration(ms, 'en')
    .map(({ value, unit }) => value + unit)
    .join(' ');
}

const unitNames = { en: ['d', 'h', 'm', 's'], ko: ['일', '시간', '분', '초'] } as const;

/** For figures that count seconds: 32s, 27m 32s, 3h 05m, 2d 4h; 27분 32초. */
export function longDuration(ms: number | undefined, language: Language): readonly Quantity[] {
  if (ms === undefined || !Number.isFinite(ms)) return [{ value: UNKNOWN, unit: '' }];
  const seconds = Math.max(0, Math.floor(ms / 1000));
  const parts = [Math.floor(seconds / 86_400), Math.floor(seconds / 3600) % 24, Math.floor(seconds / 60) % 60, seconds % 60];
  const first = Math.min(parts.findIndex((part) => part > 0) >>> 0, 3);
  return parts.slice(first, first + 2).map((part, index) => ({
    value: index > 0 ? String(part).padStart(2, '0') : String(part),
    unit: unitNames[language][first + index] ?? '',
  }));
}
