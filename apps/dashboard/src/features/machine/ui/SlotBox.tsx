import { formatCount, formatRate, formatShare } from '../../../format/number.js';
import { knownOperator } from '../../../job/titles.js';
import { KeyName } from '../../../keys/KeyName.js';
import { useKeyStyle } from '../../../keys/use-key-style.js';
import { useMessages } from '../../../messages/use-messages.js';
import { followKey, pointAtSubtask } from '../../../view/actions.js';
import { useView } from '../../../view/view-store.js';
import { machineMessages } from '../messages.js';
import type { PlacedSubtask } from '../model/layout.js';
import { isStateGone } from '../motion/drawn.js';
import { useDrawn } from './machinery.js';
import { Tank } from './Tank.js';

interface Props {
  readonly placed: PlacedSubtask;
  readonly title: string;
  readonly threshold: number | undefined;
  /** Its TaskManager is gone in the drawing. */
  readonly down: boolean;
}

/** A slot with the task in it: words above, the channel below, and no text in the water. */
export function SlotBox({ placed, title, threshold, down }: Props) {
  const t = useMessages(machineMessages);
  const { key, role, subtask, slot } = placed;
  const tank = useDrawn((drawn) => drawn.tanks.get(key));
  const sourceKey = useDrawn((drawn) => drawn.sourceKeys.get(key));
  const phase = useDrawn((drawn) => drawn.recovery?.phase);
  const pointed = useView((view) => view.pointedSubtask === key);
  const userKey = role === 'source' ? sourceKey : role === 'keyed' ? tank?.key : undefined;
  const style = useKeyStyle(userKey);
  const { busyTimeMsPerSecond, idleTimeMsPerSecond, backPressuredTimeMsPerSecond } = subtask.metrics;
  const busy = busyTimeMsPerSecond / 1_000;
  const waiting = backPressuredTimeMsPerSecond / 1_000;
  const point = (on: boolean) => {
    pointAtSubtask(on ? key : undefined);
    followKey(on ? userKey : undefined);
  };
  return (
    <div
      className="slot"
      data-place={key}
      data-role={role}
      data-state={subtask.state}
      data-pointed={pointed}
      data-bottleneck={busy > 0.9}
      onPointerEnter={() => point(true)}
      onPointerLeave={() => point(false)}
    >
      <div className="slot-head">
        <b>
          {title} {subtask.index + 1}
        </b>
        <span className="slot-number">
          <i className="slot-mark" data-state={down ? 'FAILED' : subtask.state} />
          {t.slot(slot ?? '—')}
        </span>
      </div>
      <p className="slot-note">
        {down ? (
          <span>—</span>
        ) : subtask.state !== 'RUNNING' ? (
          <span className="slot-state">{subtask.state}</span>
        ) : (
          <>
            {userKey !== undefined && <KeyName name={userKey} className="slot-key" />}
            <Note placed={placed} hasKey={userKey !== undefined} />
          </>
        )}
      </p>
      <div className="slot-channel" data-channel="">
        {role === 'keyed' && (
          <Tank level={tank} threshold={threshold} hue={style?.hue ?? 0} gone={isStateGone(phase, down, subtask.state)} />
        )}
      </div>
      <div className="slot-load" title={t.load(formatShare(busy), formatShare(waiting), formatShare(idleTimeMsPerSecond / 1_000))}>
        <span className="slot-load-bar">
          <i style={{ width: `${Math.min(100, busy * 100)}%` }} />
          <i className="waits" style={{ width: `${Math.min(100, waiting * 100)}%` }} />
        </span>
        <span className="slot-busy">{down ? '—' : t.busy(formatShare(busy))}</span>
      </div>
    </div>
  );
}

function Note({ placed, hasKey }: { readonly placed: PlacedSubtask; readonly hasKey: boolean }) {
  const t = useMessages(machineMessages);
  const { key, role, vertex } = placed;
  const tank = useDrawn((drawn) => drawn.tanks.get(key));
  const rates = useDrawn((drawn) => drawn.rates.get(key));
  const waiting = useDrawn((drawn) => drawn.waiting.get(key) ?? 0);
  if (role === 'source') return <span>{hasKey ? ` · ${formatRate(rates?.out)}` : formatRate(rates?.out)}</span>;
  if (role === 'sink') return <span>{`${formatRate(rates?.in)} · ${t.waitingAlerts(waiting)}`}</span>;
  if (role !== 'keyed') return <span>{formatRate(rates?.in)}</span>;
  if (!hasKey || tank === undefined) return <span>{t.noKeys}</span>;
  return (
    <span className="slot-note-state">
      <span className="said-wide"> · </span>
      {tank.keys > 1 ? t.ofKeys(formatCount(tank.keys)) : (knownOperator(vertex)?.state ?? formatRate(rates?.in))}
    </span>
  );
}
