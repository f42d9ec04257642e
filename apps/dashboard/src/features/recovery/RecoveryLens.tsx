import type { RecoveryInfo } from '@weir/protocol';
import { useMessages } from '../../messages/use-messages.js';
import { failureColumns } from '../time/failure-columns.js';
import { SCALE_WIDTH, useTimeWindow } from '../time/time-axis.js';
import { recoveryMessages } from './messages.js';
import { PhaseBar } from './PhaseBar.js';
import { RecoverySteps } from './RecoverySteps.js';
import { usePlayedSteps } from './use-played.js';

export function RecoveryLens({ recovery }: { readonly recovery: RecoveryInfo }) {
  const text = useMessages(recoveryMessages);
  const { shown, slowed } = usePlayedSteps(recovery);
  const window = useTimeWindow();
  const place = failureColumns([recovery], window)[0];
  const at = place === undefined ? undefined : (place.left + place.width / 2) * 100;
  return (
    <div style={{ paddingRight: SCALE_WIDTH }}>
      <div aria-hidden="true" className="relative h-[30px] overflow-hidden">
        <i className="absolute inset-x-0 top-[7px] border-line border-t" />
        {at !== undefined && (
          <>
            <svg aria-hidden="true" viewBox="0 0 100 20" preserveAspectRatio="none" className="absolute inset-x-0 bottom-0 h-5 w-full">
              <path
                d={`M${at} 0L0 20H100z`}
                fill="var(--fail)"
                fillOpacity="0.07"
                stroke="var(--fail)"
                strokeOpacity="0.35"
                vectorEffect="non-scaling-stroke"
              />
            </svg>
            <i className="absolute top-[2px] h-[11px] w-2 -translate-x-1/2 rounded-[2px] bg-fail" style={{ left: `${at}%` }} />
          </>
        )}
      </div>
      <PhaseBar recovery={recovery} shown={shown} />
      <RecoverySteps recovery={recovery} shown={shown} />
      <p className={`mt-1 text-right text-alert text-small ${slowed ? '' : 'invisible'}`}>{text.slowed}</p>
    </div>
  );
}
