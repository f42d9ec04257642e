import type { RecoveryInfo } from '@weir/protocol';
import { useDashboard } from '../../connection/store.js';
import { exactTime, formatClockMs } from '../../format/clock.js';
import { formatDuration } from '../../format/duration.js';
import { checkpointName } from '../../format/names.js';
import { formatCount, UNKNOWN } from '../../format/number.js';
import { causeMessages, recoveryCause } from '../../job/cause.js';
import { useMessages } from '../../messages/use-messages.js';
import { recoveryMessages } from './messages.js';
import { lengthOf, stepsOf } from './steps.js';

interface Props {
  /** Newest first. */
  readonly recoveries: readonly RecoveryInfo[];
  readonly shown: number | undefined;
  readonly onPick: (number: number) => void;
}

/** All that are kept, closed until it is asked for; pressing one puts it under the lens. */
export function EarlierRecoveries({ recoveries, shown, onPick }: Props) {
  const text = useMessages(recoveryMessages);
  return (
    <details className="-mt-[17px] relative text-small">
      <summary className="w-max cursor-pointer text-ink-2 pointer-coarse:min-w-11 pointer-coarse:leading-[44px] hover:text-ink">
        {text.all(formatCount(recoveries.length))}
      </summary>
      <div className="mt-1 max-h-56 overflow-auto">
        <table className="w-full border-collapse">
          <thead className="sticky top-0 bg-panel">
            <tr className="h-6 text-ink-3 [&>th]:whitespace-nowrap [&>th]:px-2 [&>th]:text-right [&>th]:font-medium">
              <th className="pl-0! text-left!">{text.phases.failed}</th>
              <th className="text-left!">{text.cause}</th>
              <th>{text.phases.detected}</th>
              <th>{text.phases.restoring}</th>
              <th>{text.phases.replaying}</th>
              <th>{text.total}</th>
              <th>{text.replayed}</th>
              <th>{text.takenBack}</th>
              <th className="text-left!">{text.from}</th>
            </tr>
          </thead>
          <tbody>
            {recoveries.map((recovery) => (
              <Row key={recovery.number} recovery={recovery} current={recovery.number === shown} onPick={onPick} />
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

interface RowProps {
  readonly recovery: RecoveryInfo;
  readonly current: boolean;
  readonly onPick: (number: number) => void;
}

function Row({ recovery, current, onPick }: RowProps) {
  const text = useMessages(recoveryMessages);
  const causes = useMessages(causeMessages);
  const { number, phases, cause, checkpointId, recordsReplayed } = recovery;
  const takenBack = useDashboard((dashboard) => dashboard.state?.alertsTakenBack[number]);
  const failed = phases.failed ?? phases.detected;
  const took = new Map(stepsOf(recovery).map((step) => [step.phase, step.took]));
  return (
    <tr
      className={`h-7 pointer-coarse:h-11 border-line-2 border-t [&>td]:whitespace-nowrap [&>td]:px-2 [&>td]:text-right ${current ? 'bg-sunken' : ''}`}
    >
      <td className="pl-0! text-left!">
        <button
          type="button"
          aria-pressed={current}
          onClick={() => onPick(number)}
          title={exactTime(failed)}
          className="font-semibold hover:underline pointer-coarse:h-11"
        >
          {text.number(number)} · {formatClockMs(failed)}
        </button>
      </td>
      <td title={cause} className="max-w-48 truncate text-left!">
        {recoveryCause(recovery, causes)}
      </td>
      <td>{formatDuration(took.get('failed'))}</td>
      <td>{formatDuration(took.get('restoring'))}</td>
      <td>{formatDuration(took.get('replaying'))}</td>
      <td className="font-semibold">{formatDuration(lengthOf(recovery))}</td>
      <td title={recordsReplayed === undefined ? text.replayedUnknown : text.replayedExact(formatCount(recordsReplayed))}>
        {recordsReplayed === undefined ? UNKNOWN : text.records(formatCount(recordsReplayed))}
      </td>
      <td title={text.takenBackExact}>{formatCount(takenBack)}</td>
      <td className="text-left!">{checkpointId === undefined ? text.empty : checkpointName(checkpointId)}</td>
    </tr>
  );
}
