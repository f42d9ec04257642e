import type { TaskManagerInfo, TaskManagerStatus } from '@weir/protocol';
import { SplitButton } from '../../../components/SplitButton.js';
import { useNow } from '../../../connection/now.js';
import { exactBytes, formatBytes } from '../../../format/bytes.js';
import { formatShare } from '../../../format/number.js';
import { useMessages } from '../../../messages/use-messages.js';
import { useFailTaskManager } from '../../cluster/use-fail-taskmanager.js';
import { machineMessages } from '../messages.js';

interface Props {
  readonly taskManager: TaskManagerInfo;
  readonly status: TaskManagerStatus;
  /** Before the test ids, where another part of the page has those of the contract. */
  readonly idPrefix?: string;
}

/** Heartbeats come once a second: a thread that was silent for longer may hang. */
const LATE = 2.5;

/** A TaskManager's name, state, heartbeat and load, and how to fail it. */
export function TaskManagerMeta({ taskManager, status, idPrefix = '' }: Props) {
  const t = useMessages(machineMessages);
  const now = useNow();
  const { disabled, error, fail } = useFailTaskManager(taskManager);
  const { id, attempt, registered, lastHeartbeat, metrics } = taskManager;
  const down = status === 'failed';
  const known = down ? undefined : metrics;
  const age = Math.max(0, now - lastHeartbeat) / 1_000;
  return (
    <div className="band-meta">
      <div className="band-row">
        <h3 className="machine-name">{t.taskManager(id)}</h3>
        <SplitButton
          label={t.fail}
          name={t.failName(id)}
          menuName={t.failMenu(id)}
          testId={`${idPrefix}fail-taskmanager-${id}`}
          disabled={disabled}
          onPress={() => fail('crash')}
          actions={[
            { label: t.crash, note: t.crashNote, onChoose: () => fail('crash') },
            { label: t.hang, note: t.hangNote, testId: `${idPrefix}hang-taskmanager-${id}`, onChoose: () => fail('hang') },
          ]}
        />
      </div>
      <p className="band-status" data-status={status}>
        <StatusMark status={status} />
        {t.status(status)}
        <span className="machine-note">{t.attempt(attempt)}</span>
      </p>
      <p className="band-heartbeat" data-lost={down} data-late={!down && age > LATE}>
        <svg viewBox="0 0 14 14" aria-hidden="true">
          <path d="M1 7.6h3l1.4-3.8 2.7 6.8L9.7 7.6H13" />
        </svg>
        {down || !registered ? (
          t.noHeartbeat
        ) : (
          <>
            <span className="said-wide">{age < 1 ? t.heartbeatNow : t.heartbeat(age.toFixed(0))}</span>
            <span className="said-narrow">{t.ago(age.toFixed(0))}</span>
          </>
        )}
      </p>
      <dl className="gauges">
        <dt>{t.cpu}</dt>
        <dd className="gauge">
          <i style={{ width: `${Math.min(1, known?.cpuLoad ?? 0) * 100}%` }} />
        </dd>
        <dd className="gauge-figure" title={known !== undefined && known.cpuLoad === undefined ? t.unknownCpu : undefined}>
          {formatShare(known?.cpuLoad)}
        </dd>
        <dt>{t.heap}</dt>
        <dd className="gauge">
          <i style={{ width: `${known === undefined ? 0 : Math.min(1, known.heapUsed / known.heapMax) * 100}%` }} />
        </dd>
        <dd
          className="gauge-figure"
          title={known === undefined ? undefined : `${exactBytes(known.heapUsed)} / ${exactBytes(known.heapMax)}`}
        >
          {formatBytes(known?.heapUsed)}
        </dd>
      </dl>
      {error !== undefined && (
        <p className="machine-error" role="alert">
          {error}
        </p>
      )}
    </div>
  );
}

/** Each state has a shape of its own, not only a colour. */
function StatusMark({ status }: { readonly status: TaskManagerStatus }) {
  return (
    <svg viewBox="0 0 12 12" aria-hidden="true">
      {status === 'healthy' && <circle cx="6" cy="6" r="4.5" fill="currentColor" />}
      {status === 'failed' && <path d="m2 2 8 8M10 2l-8 8" stroke="currentColor" strokeWidth="2.4" strokeLinecap="round" />}
      {status === 'recovering' && <path d="M6 1.5a4.5 4.5 0 0 1 0 9z" fill="currentColor" />}
      {status === 'recovered' && (
        <path d="m1.8 6.2 3 3 5.4-6.4" fill="none" stroke="currentColor" strokeWidth="2.2" strokeLinecap="round" />
      )}
      {status === 'restarted' && (
        <path d="M10.2 6a4.2 4.2 0 1 1-1.5-3.2M9 .8v2.6H6.4" fill="none" stroke="currentColor" strokeWidth="1.8" strokeLinecap="round" />
      )}
    </svg>
  );
}
