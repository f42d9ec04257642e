import type { RecoveryInfo } from '@weir/protocol';
import { formatDuration } from '../../format/duration.js';
import { phaseLook } from './phase-look.js';
import { barParts } from './steps.js';

/** The phases at scale; one too short to be seen gets 7 px. Those not shown yet keep their room, empty. */
export function PhaseBar({ recovery, shown }: { readonly recovery: RecoveryInfo; readonly shown: number }) {
  return (
    <div aria-hidden="true" className="flex h-[26px] gap-0.5">
      {barParts(recovery).map(({ phase, took, share }, index) => (
        <span
          key={phase}
          className="flex min-w-[7px] items-center justify-center overflow-hidden rounded-[4px] border transition-opacity duration-200"
          style={{
            flex: `${Math.max(share, 0.001)} 1 0`,
            ...(index < shown ? phaseLook[phase] : { borderColor: 'var(--line)', borderStyle: 'dashed' }),
          }}
        >
          {took !== undefined && share > 0.14 && index < shown && (
            <b className="whitespace-nowrap rounded-[4px] bg-panel px-2 font-semibold text-ink text-small leading-[18px]">
              {formatDuration(took)}
            </b>
          )}
        </span>
      ))}
    </div>
  );
}
