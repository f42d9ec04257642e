import type { RecoveryInfo } from '@weir/protocol';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { failureColumns } from './failure-columns.js';
import { SCALE_WIDTH, type TimeWindow } from './time-axis.js';

const none: readonly RecoveryInfo[] = [];

/** A red column at each failure, through every lane; `isWhole`: of a plot that has no scale at its right. */
export function FailureColumns({ window, isWhole = false }: { readonly window: TimeWindow; readonly isWhole?: boolean }) {
  const recoveries = useDashboard((dashboard) => selectJob(dashboard)?.recoveries ?? none);
  return (
    <div
      aria-hidden="true"
      className="pointer-events-none absolute inset-y-0 left-0 overflow-hidden"
      style={{ right: isWhole ? 0 : SCALE_WIDTH }}
    >
      {failureColumns(recoveries, window).map(({ number, left, width }) => (
        <i
          key={number}
          className="absolute inset-y-0 bg-fail opacity-20"
          style={{ left: `${left * 100}%`, width: `max(3px, ${width * 100}%)` }}
        />
      ))}
    </div>
  );
}
