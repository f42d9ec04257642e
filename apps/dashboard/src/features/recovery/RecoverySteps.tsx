import type { RecoveryInfo } from '@weir/protocol';
import { exactTime, formatClockMs } from '../../format/clock.js';
import { formatDuration } from '../../format/duration.js';
import { checkpointName } from '../../format/names.js';
import { formatCount, UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { recoveryMessages } from './messages.js';
import { phaseLook } from './phase-look.js';
import { type Step, stepsOf } from './steps.js';

/** Six steps, each with when it was entered and how long it took: the same in words. */
export function RecoverySteps({ recovery, shown }: { readonly recovery: RecoveryInfo; readonly shown: number }) {
  const text = useMessages(recoveryMessages);
  return (
    <ol className="mt-2 grid grid-cols-2 gap-x-3 gap-y-1.5 phone:grid-cols-3 wide:grid-cols-[1fr_1fr_1.35fr_1fr_1fr_1fr]">
      {stepsOf(recovery).map((step, index) => {
        const reached = index < shown && step.at !== undefined;
        const current = index === shown - 1 && step.phase !== 'running';
        return (
          <li
            key={step.phase}
            aria-current={current ? 'step' : undefined}
            className={`min-w-0 text-small leading-[1.35] ${reached ? '' : 'text-ink-3'}`}
          >
            <span className={`flex items-center gap-1.5 font-semibold ${current ? 'text-alert' : ''}`}>
              <i
                aria-hidden="true"
                className="size-[11px] flex-none rounded-[3px] border"
                style={reached ? phaseLook[step.phase] : { borderColor: 'var(--line)' }}
              />
              {text.phases[step.phase]}
            </span>
            <span className="block whitespace-nowrap text-ink-2" title={exactTime(step.at)}>
              {reached ? formatClockMs(step.at) : UNKNOWN}
            </span>
            <span className="block whitespace-nowrap text-ink-3">{reached ? detail(step, recovery, text.records) : UNKNOWN}</span>
          </li>
        );
      })}
    </ol>
  );
}

function detail({ phase, took }: Step, { checkpointId, recordsReplayed }: RecoveryInfo, records: (count: string) => string): string {
  const length = took === undefined ? '' : formatDuration(took);
  if (phase === 'running') return ' ';
  if (phase === 'checkpoint-chosen' && checkpointId !== undefined) return `${length} · ${checkpointName(checkpointId)}`;
  if (phase === 'replaying' && recordsReplayed !== undefined) return `${length} · ${records(formatCount(recordsReplayed))}`;
  return length || UNKNOWN;
}
