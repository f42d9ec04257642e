import type { Node, NodeProps } from '@xyflow/react';
import { type CSSProperties, useMemo } from 'react';
import { selectKeys } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { taskManagerName } from '../../format/names.js';
import { formatCount, formatRate, formatShare, UNKNOWN } from '../../format/number.js';
import { activityOf } from '../../keys/choose-followed.js';
import { KeyName } from '../../keys/KeyName.js';
import { useKeyStyle } from '../../keys/use-key-style.js';
import { useMessages } from '../../messages/use-messages.js';
import { pointAtSubtask } from '../../view/actions.js';
import { useView } from '../../view/view-store.js';
import type { PlacedSubtask } from '../machine/model/layout.js';
import { drawnStatus, hasEnded, isStateGone } from '../machine/motion/drawn.js';
import { useDrawn } from '../machine/ui/machinery.js';
import { pipelineMessages } from './messages.js';

export type TaskNodeType = Node<
  {
    readonly placed: PlacedSubtask;
    readonly taskManagerId: string | undefined;
    readonly title: string;
    readonly threshold: number | undefined;
    readonly small: boolean;
  },
  'task'
>;

/** One subtask's lane: task, place, rate, load, and for keyed state the count against its threshold. */
export function TaskNode({ data }: NodeProps<TaskNodeType>) {
  const { placed, taskManagerId, title, threshold, small } = data;
  const t = useMessages(pipelineMessages);
  const { key, role, subtask, slot } = placed;
  const rates = useDrawn((drawn) => drawn.rates.get(key));
  const waiting = useDrawn((drawn) => drawn.waiting.get(key) ?? 0);
  const recovery = useDrawn((drawn) => drawn.recovery);
  const pointed = useView((view) => view.pointedSubtask === key);
  const taskManager = useDashboard((dashboard) => dashboard.state?.engine.taskManagers.find((each) => each.id === taskManagerId));
  const down = taskManager !== undefined && drawnStatus(taskManager, recovery) === 'failed';
  const busy = subtask.metrics.busyTimeMsPerSecond / 1_000;
  const waits = subtask.metrics.backPressuredTimeMsPerSecond / 1_000;
  return (
    <div
      className="lane"
      data-role={role}
      data-down={down}
      data-small={small}
      data-pointed={pointed}
      data-bottleneck={busy > 0.9}
      onPointerEnter={() => pointAtSubtask(key)}
      onPointerLeave={() => pointAtSubtask(undefined)}
    >
      {role === 'keyed' && <LaneCount placed={placed} threshold={threshold} gone={isStateGone(recovery?.phase, down, subtask.state)} />}
      <div className="lane-words">
        <p className="lane-row">
          <b>{`${title} ${subtask.index + 1}`}</b>
          <span>{hasEnded(recovery?.phase, subtask.state) ? UNKNOWN : formatRate(role === 'source' ? rates?.out : rates?.in)}</span>
        </p>
        {!small &&
          (role === 'keyed' ? (
            <LaneKeys placed={placed} />
          ) : (
            <p className="lane-note">{role === 'sink' ? t.pending(waiting) : <LaneSource taskKey={key} />}</p>
          ))}
        <p className="lane-note">
          <i className="slot-mark" data-state={down ? 'FAILED' : subtask.state} />
          {down
            ? 'FAILED'
            : subtask.state === 'RUNNING'
              ? t.place(taskManagerName(taskManagerId).replace('TaskManager', 'TM'), slot ?? '—')
              : subtask.state}
        </p>
        <div className="lane-load" title={`${t.busy(formatShare(busy))} · ${t.waits(formatShare(waits))}`}>
          <i style={{ width: `${Math.min(100, busy * 100)}%` }} />
          <i className="waits" style={{ width: `${Math.min(100, waits * 100)}%` }} />
        </div>
      </div>
    </div>
  );
}

function LaneSource({ taskKey }: { readonly taskKey: string }) {
  const key = useDrawn((drawn) => drawn.sourceKeys.get(taskKey));
  return key === undefined ? null : <KeyName name={key} />;
}

/** The count, with a notch for each step to the threshold. */
function LaneCount({
  placed,
  threshold,
  gone,
}: {
  readonly placed: PlacedSubtask;
  readonly threshold: number | undefined;
  readonly gone: boolean;
}) {
  const tank = useDrawn((drawn) => drawn.tanks.get(placed.key));
  const style = useKeyStyle(tank?.key);
  const known = tank?.known === true && tank.keys > 0 && !gone;
  const count = known ? tank.count : 0;
  const notches = Math.min(6, threshold ?? 3);
  return (
    <div
      className="lane-count"
      data-over={threshold !== undefined && count >= threshold}
      style={{ '--mark': style === undefined ? 'var(--water)' : `var(--key-${style.hue})` } as CSSProperties}
    >
      <b className="lane-figure">{known ? formatCount(count) : '—'}</b>
      <span>
        {Array.from({ length: notches }, (_, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: notches are told apart by their place alone.
          <i key={index} data-on={count > (index * (threshold ?? 3)) / notches} />
        ))}
      </span>
    </div>
  );
}

const MOST_KEYS = 3;

/** Keys of this subtask with their counts, the most active first. */
function LaneKeys({ placed }: { readonly placed: PlacedSubtask }) {
  const keys = useDashboard(selectKeys);
  const index = placed.subtask.index;
  const highest = useMemo(
    () =>
      keys
        .filter((key) => key.subtask === index)
        .sort((a, b) => activityOf(b) - activityOf(a))
        .slice(0, MOST_KEYS),
    [keys, index],
  );
  return (
    <ul className="lane-keys">
      {highest.map((key) => (
        <li key={key.key}>
          <KeyName name={key.key} />
          {highest.length > 1 && <b>{key.countKnown ? formatCount(key.abnormalCount) : UNKNOWN}</b>}
        </li>
      ))}
    </ul>
  );
}
