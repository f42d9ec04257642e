import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { checkpointName } from '../../format/names.js';
import { formatCount } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { useDrawn } from '../machine/ui/machinery.js';
import { Slowed } from '../machine/ui/Slowed.js';
import { pipelineMessages } from './messages.js';

const MOST_SQUARES = 36;

const ENTRIES = [
  ['made', 'ledger-made'],
  ['processed', 'ledger-processed'],
  ['inFlight', 'ledger-in-flight'],
  ['lost', 'ledger-lost'],
  ['doubled', 'ledger-doubled'],
] as const;

/** What went in and what came of it, as the newest completed checkpoint says; and a square for each acknowledgement of the checkpoint that is drawn. */
export function Ledger() {
  const t = useMessages(pipelineMessages);
  const job = useDashboard(selectJob);
  const pending = useDashboard((dashboard) => dashboard.state?.pendingAlerts);
  const barrier = useDrawn((drawn) => drawn.barrier);
  const latest = job?.checkpoints.latestCompleted;
  const committed = job === undefined ? undefined : Object.values(job.committed).reduce((sum, count) => sum + count, 0);
  const id = barrier?.checkpointId ?? latest?.id;
  const all = barrier?.numSubtasks ?? latest?.numSubtasks ?? 0;
  const acked = barrier?.acked.length ?? latest?.numAcknowledgedSubtasks ?? 0;
  const ledger = job?.ledger;
  const source =
    ledger === undefined
      ? t.ledger.unknown
      : ledger.since === undefined
        ? t.ledger.readFrom(ledger.checkpointId)
        : t.ledger.readSince(ledger.checkpointId, ledger.since);
  return (
    <footer className="ledger">
      <dl aria-label={t.ledger.title}>
        {ENTRIES.map(([name, testId]) => (
          <div key={name} title={source}>
            <dt>{t.ledger[name]}</dt>
            <dd
              data-testid={testId}
              data-value={ledger?.[name]}
              className={(name === 'lost' || name === 'doubled') && (ledger?.[name] ?? 0) > 0 ? 'wrong' : undefined}
            >
              {formatCount(ledger?.[name])}
            </dd>
          </div>
        ))}
        {ledger !== undefined && (
          <div title={source}>
            <dt>{t.ledger.from}</dt>
            <dd data-testid="ledger-checkpoint" data-value={ledger.checkpointId}>
              {checkpointName(ledger.checkpointId)}
            </dd>
          </div>
        )}
        <div>
          <dt>{t.ledger.alerts}</dt>
          <dd>{formatCount(committed)}</dd>
        </div>
        <div>
          <dt>{t.ledger.waiting}</dt>
          <dd>{formatCount(pending)}</dd>
        </div>
      </dl>
      <p className="ledger-acks">
        <Slowed />
        <span>{id === undefined ? t.noCheckpoint : t.acks(id)}</span>
        {all <= MOST_SQUARES && (
          <span className="ledger-squares" aria-hidden="true">
            {Array.from({ length: all }, (_, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: squares are told apart by their place alone.
              <i key={index} className={index < acked ? 'acked' : undefined} />
            ))}
          </span>
        )}
        {id !== undefined && <b>{t.acked(acked, all)}</b>}
      </p>
    </footer>
  );
}
