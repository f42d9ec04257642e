import type { RecoveryInfo } from '@weir/protocol';
import { Panel } from '../../components/Panel.js';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { exactTime, formatClockMs } from '../../format/clock.js';
import { formatDuration } from '../../format/duration.js';
import { checkpointName, taskManagerName } from '../../format/names.js';
import { UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/define.js';
import { recoveryMessages } from './messages.js';
import { lengthOf, stepsOf } from './steps.js';
import { usePlayedSteps } from './use-played.js';

const none: readonly RecoveryInfo[] = [];
const EARLIER = 8;

/** The latest recovery step by step, and the ones before it in a list. */
export function RecoveryTimeline() {
  const text = useMessages(recoveryMessages);
  const recoveries = useDashboard((dashboard) => selectJob(dashboard)?.recoveries ?? none);
  const [latest, ...earlier] = recoveries;
  return (
    <Panel id="recovery" title={text.title} testId={latest === undefined ? undefined : 'recovery-timeline'}>
      {latest === undefined ? (
        <p className="px-4 pb-3 text-ink-3 text-small">{text.none}</p>
      ) : (
        <div className={`grid gap-x-6 gap-y-3 px-4 pb-3 ${earlier.length > 0 ? 'wide:grid-cols-[minmax(0,1fr)_minmax(0,340px)]' : ''}`}>
          <LatestRecovery key={latest.number} recovery={latest} />
          {earlier.length > 0 && <EarlierRecoveries recoveries={earlier.slice(0, EARLIER)} />}
        </div>
      )}
    </Panel>
  );
}

function LatestRecovery({ recovery }: { readonly recovery: RecoveryInfo }) {
  const text = useMessages(recoveryMessages);
  const { shown, slowed } = usePlayedSteps(recovery);
  const length = lengthOf(recovery);
  const from = recovery.checkpointId === undefined ? text.fromEmpty : text.from(checkpointName(recovery.checkpointId));
  return (
    <div className="min-w-0">
      <p className="min-h-[2.8em] text-ink-2 text-small">
        <strong className="font-semibold text-ink">{text.number(recovery.number)}</strong> · {recovery.cause.split('\n')[0]} ·{' '}
        {recovery.phases['checkpoint-chosen'] === undefined ? text.under : from} ·{' '}
        {length === undefined ? text.under : text.total(formatDuration(length))}
        <span className={`text-ink-3 ${slowed ? '' : 'invisible'}`}> · {text.slowed}</span>
      </p>
      <ol className="grid grid-cols-2 gap-1.5 phone:grid-cols-3 wide:grid-cols-6">
        {stepsOf(recovery).map(({ phase, at, took }, index) => {
          const reached = index < shown;
          return (
            <li
              key={phase}
              className={`rounded-small border border-line px-2 py-1 text-small transition-opacity ${reached ? '' : 'opacity-45'} ${phase === 'failed' ? 'border-t-2 border-t-fail' : phase === 'running' && reached ? 'border-t-2 border-t-ok' : 'border-t-2'}`}
            >
              <span className="block font-semibold leading-[1.3]">{text.phases[phase]}</span>
              <span className="block whitespace-nowrap text-ink-3" title={exactTime(at)}>
                {reached && at !== undefined ? formatClockMs(at) : UNKNOWN}
              </span>
              <span className="block whitespace-nowrap text-ink-2">
                {reached && took !== undefined ? `+${formatDuration(took)}` : UNKNOWN}
              </span>
            </li>
          );
        })}
      </ol>
    </div>
  );
}

function EarlierRecoveries({ recoveries }: { readonly recoveries: readonly RecoveryInfo[] }) {
  const text = useMessages(recoveryMessages);
  return (
    <table className="w-full self-start text-small">
      <caption className="text-left text-ink-3">{text.past}</caption>
      <tbody>
        {recoveries.map((recovery) => (
          <tr key={recovery.number} className="h-[22px] border-line-2 border-t [&>td]:whitespace-nowrap">
            <td className="font-semibold">{recovery.number}</td>
            <td title={exactTime(recovery.phases.failed)} className="text-ink-2">
              {formatClockMs(recovery.phases.failed)}
            </td>
            <td title={recovery.cause} className="max-w-0 truncate px-1.5">
              {recovery.taskManagerId === undefined ? recovery.cause : taskManagerName(recovery.taskManagerId)}
            </td>
            <td className="text-right">{formatDuration(lengthOf(recovery))}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
