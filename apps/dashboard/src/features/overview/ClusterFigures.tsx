import { useShallow } from 'zustand/react/shallow';
import { Figure } from '../../components/Figure.js';
import { Unit } from '../../components/Quantities.js';
import { selectJob, selectTaskManagers } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { formatCount, formatShort } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { slotsOf, sum } from './figures.js';
import { overviewMessages } from './messages.js';

export function TaskManagersFigure() {
  const text = useMessages(overviewMessages);
  const known = useDashboard((dashboard) => dashboard.state !== undefined);
  const [registered, total] = useDashboard(
    useShallow((dashboard) => {
      const all = selectTaskManagers(dashboard);
      return [all.filter((taskManager) => taskManager.registered).length, all.length];
    }),
  );
  return (
    <Figure label={text.taskManagers} tone={registered < total ? 'bad' : undefined}>
      <span data-testid="stat-taskmanagers" data-value={known ? registered : undefined}>
        {formatCount(known ? registered : undefined)}
      </span>
      <Unit>{` / ${formatCount(known ? total : undefined)}`}</Unit>
    </Figure>
  );
}

export function SlotsFigure() {
  const text = useMessages(overviewMessages);
  const known = useDashboard((dashboard) => dashboard.state !== undefined);
  const slots = useDashboard(useShallow((dashboard) => slotsOf(selectTaskManagers(dashboard))));
  const whole = useDashboard((dashboard) => sum(selectTaskManagers(dashboard).map((taskManager) => taskManager.slots)));
  const show = (value: number) => formatCount(known ? value : undefined);
  const used = slots.total - slots.free;
  return (
    <Figure
      label={text.slots}
      tone={slots.total < whole ? 'bad' : undefined}
      exact={text.slotsExact(show(used), show(slots.total), show(slots.free))}
    >
      {show(used)}
      <small className="font-medium text-body text-ink-3">
        {' / '}
        <span data-testid="stat-slots-total" data-value={known ? slots.total : undefined}>
          {show(slots.total)}
        </span>
        {' · '}
        <span data-testid="stat-slots-available" data-value={known ? slots.free : undefined}>
          {show(slots.free)}
        </span>{' '}
        {/* Three digits leave no room for the word; it is said on hovering, and to a screen reader. */}
        <span className={slots.total > 99 ? 'visually-hidden' : ''}>{text.free}</span>
      </small>
    </Figure>
  );
}

/** Exact while there is room for it. */
function humane(count: number | undefined): string {
  return count !== undefined && count >= 10_000 ? formatShort(count) : formatCount(count);
}

export function AlertsFigure() {
  const text = useMessages(overviewMessages);
  const committed = useDashboard((dashboard) => {
    const job = selectJob(dashboard);
    return job && sum(Object.values(job.committed));
  });
  const pending = useDashboard((dashboard) => dashboard.state?.pendingAlerts);
  return (
    <Figure
      label={text.alerts}
      testId="stat-alerts"
      value={committed}
      exact={text.alertsExact(formatCount(committed), formatCount(pending))}
    >
      {humane(committed)}
      {pending !== undefined && pending > 0 && <Unit>{` +${humane(pending)}`}</Unit>}
    </Figure>
  );
}

export function RestartsFigure() {
  const text = useMessages(overviewMessages);
  const restarts = useDashboard((dashboard) => selectJob(dashboard)?.numRestarts);
  return (
    <Figure label={text.restarts} testId="stat-restarts" value={restarts}>
      {formatCount(restarts)}
    </Figure>
  );
}
