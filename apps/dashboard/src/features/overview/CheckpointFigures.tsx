import { Figure } from '../../components/Figure.js';
import { Quantities, Unit } from '../../components/Quantities.js';
import { useNow } from '../../connection/now.js';
import { selectCheckpoints } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { exactTime } from '../../format/clock.js';
import { longDuration } from '../../format/duration.js';
import { formatCount, formatShare, UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { useView } from '../../view/view-store.js';
import { successRate } from './figures.js';
import { overviewMessages } from './messages.js';

export function CheckpointsFigure() {
  const text = useMessages(overviewMessages);
  const counts = useDashboard((dashboard) => selectCheckpoints(dashboard)?.counts);
  return (
    <Figure label={text.checkpoints}>
      <span data-testid="stat-checkpoints-completed" data-value={counts?.completed}>
        {formatCount(counts?.completed)}
      </span>
      <small className={`font-medium text-body ${counts?.failed ? 'text-fail' : 'text-ink-3'}`}>
        {' · '}
        <span data-testid="stat-checkpoints-failed" data-value={counts?.failed}>
          {formatCount(counts?.failed)}
        </span>{' '}
        {text.failed}
      </small>
    </Figure>
  );
}

export function SuccessFigure() {
  const text = useMessages(overviewMessages);
  const counts = useDashboard((dashboard) => selectCheckpoints(dashboard)?.counts);
  const rate = successRate(counts);
  return (
    <Figure
      label={text.success}
      tone={rate !== undefined && rate < 0.9 ? 'warn' : undefined}
      exact={text.successExact(formatCount(counts?.completed), formatCount(counts?.failed))}
    >
      {formatShare(rate)}
    </Figure>
  );
}

export function LastCheckpointFigure() {
  const text = useMessages(overviewMessages);
  const language = useView((view) => view.language);
  const now = useNow();
  const completedAt = useDashboard((dashboard) => {
    const latest = selectCheckpoints(dashboard)?.latestCompleted;
    return latest && latest.triggerTimestamp + latest.endToEndDuration;
  });
  return (
    <Figure label={text.last} exact={exactTime(completedAt)}>
      {completedAt === undefined ? (
        UNKNOWN
      ) : (
        <>
          <Quantities parts={longDuration(now - completedAt, language)} />
          <Unit>{` ${text.ago}`}</Unit>
        </>
      )}
    </Figure>
  );
}
