import type { RecoveryInfo } from '@weir/protocol';
import type { TimeWindow } from './time-axis.js';

export interface FailureColumn {
  readonly number: number;
  /** Shares of the axis. */
  readonly left: number;
  readonly width: number;
}

/** Where each recovery that is in the window lies on the axis, from the failure until the job ran again. */
export function failureColumns(recoveries: readonly RecoveryInfo[], { from, to }: TimeWindow): readonly FailureColumn[] {
  return recoveries.flatMap(({ number, phases }) => {
    const start = phases.failed ?? phases.detected;
    const end = phases.running ?? to;
    if (start === undefined || end < from || start > to) return [];
    const left = Math.max(0, (start - from) / (to - from));
    return [{ number, left, width: Math.max(0, Math.min(1, (end - from) / (to - from)) - left) }];
  });
}
