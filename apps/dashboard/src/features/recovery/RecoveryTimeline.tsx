import type { RecoveryInfo } from '@weir/protocol';
import { useState } from 'react';
import { Lane, LaneFigures } from '../../components/Lane.js';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { formatDuration } from '../../format/duration.js';
import { checkpointName } from '../../format/names.js';
import { formatCount, UNKNOWN } from '../../format/number.js';
import { causeMessages, recoveryCause } from '../../job/cause.js';
import { useMessages } from '../../messages/use-messages.js';
import { SCALE_WIDTH } from '../time/time-axis.js';
import { EarlierRecoveries } from './EarlierRecoveries.js';
import { recoveryMessages } from './messages.js';
import { RecoveryLens } from './RecoveryLens.js';
import { RecoverySteps } from './RecoverySteps.js';
import { lengthOf } from './steps.js';

const none: readonly RecoveryInfo[] = [];

/** A lens on the shared axis: where on it the recovery lies, and its phases at scale. The latest, or the one that was picked from the list. */
export function RecoveryTimeline() {
  const text = useMessages(recoveryMessages);
  const recoveries = useDashboard((dashboard) => selectJob(dashboard)?.recoveries ?? none);
  const [picked, setPicked] = useState<number>();
  const latest = recoveries[0];
  const shown = recoveries.find(({ number }) => number === picked) ?? latest;
  // A new failure is looked at, whatever was picked before.
  const [seen, setSeen] = useState(latest?.number);
  if (latest?.number !== seen) {
    setSeen(latest?.number);
    setPicked(undefined);
  }
  return (
    <Lane
      id="recovery"
      title={text.title}
      testId={shown === undefined ? undefined : 'recovery-timeline'}
      side={shown && <Figures recovery={shown} />}
    >
      <div className="min-h-[150px]">
        {shown === undefined ? <NoRecovery /> : <RecoveryLens key={shown.number} recovery={shown} />}
        {recoveries.length > 1 && <EarlierRecoveries recoveries={recoveries} shown={shown?.number} onPick={setPicked} />}
      </div>
    </Lane>
  );
}

const nothingYet: RecoveryInfo = { number: 0, cause: '', phases: {} };

/** What a failure will be shown as: its places are kept. */
function NoRecovery() {
  const text = useMessages(recoveryMessages);
  return (
    <div style={{ paddingRight: SCALE_WIDTH }}>
      <p className="min-h-[30px] pt-1 pb-1 text-ink-3 text-small">{text.none}</p>
      <div className="max-wide:hidden">
        <div aria-hidden="true" className="h-[26px] rounded-[4px] border border-line border-dashed" />
        <RecoverySteps recovery={nothingYet} shown={0} />
      </div>
    </div>
  );
}

function Figures({ recovery }: { readonly recovery: RecoveryInfo }) {
  const text = useMessages(recoveryMessages);
  const causes = useMessages(causeMessages);
  const length = lengthOf(recovery);
  const takenBack = useDashboard((dashboard) => dashboard.state?.alertsTakenBack[recovery.number]);
  const replayed = recovery.recordsReplayed;
  const chosen = recovery.phases['checkpoint-chosen'] !== undefined || recovery.phases.restoring !== undefined;
  return (
    <>
      <p className="line-clamp-2 text-ink-2 text-small" title={recovery.cause}>
        {text.number(recovery.number)} · {recoveryCause(recovery, causes)}
      </p>
      <LaneFigures
        figures={[
          [text.total, length === undefined ? UNKNOWN : formatDuration(length)],
          [text.from, chosen ? (recovery.checkpointId === undefined ? text.empty : checkpointName(recovery.checkpointId)) : UNKNOWN],
          [
            text.replayed,
            <span
              key="replayed"
              data-testid="recovery-replayed"
              data-value={replayed}
              title={replayed === undefined ? text.replayedUnknown : text.replayedExact(formatCount(replayed))}
            >
              {replayed === undefined ? UNKNOWN : text.records(formatCount(replayed))}
            </span>,
          ],
          [
            text.takenBack,
            <span key="taken-back" data-testid="recovery-alerts" data-value={takenBack} title={text.takenBackExact}>
              {formatCount(takenBack)}
            </span>,
          ],
        ]}
      />
    </>
  );
}
