import type { CSSProperties } from 'react';
import { formatCount } from '../../../format/number.js';
import { useKeyField } from '../../../job/use-key-field.js';
import { useMessages } from '../../../messages/use-messages.js';
import { machineMessages } from '../messages.js';
import type { FollowedKey } from '../model/followed-keys.js';
import { type Geometry, keyGroupPosition } from '../model/geometry.js';
import type { Gate } from '../model/layout.js';
import { type Places, subtaskKey } from '../model/placement.js';
import { isStopped } from '../motion/drawn.js';
import { useDrawn } from './machinery.js';

interface Props {
  readonly gate: Gate;
  readonly geometry: Geometry | undefined;
  readonly followed: readonly FollowedKey[];
  readonly places: Places;
}

/** Ticks are at least this far apart, px. */
const TICKS_APART = 3;

/** Where records are told apart by key: a tick per key group (or per 2, 5, 10 …), a bracket per subtask, the group of each followed key. */
export function GateRuler({ gate, geometry, followed, places }: Props) {
  const t = useMessages(machineMessages);
  const keyField = useKeyField(gate.vertex);
  const down = useDrawn((drawn) => (isStopped(drawn.recovery?.phase) ? drawn.recovery?.taskManagerId : undefined));
  const box = geometry?.gates.get(gate.id);
  const turned = geometry?.turned ?? false;
  const length = box === undefined ? 0 : turned ? box.right - box.left : box.bottom - box.top;
  const breadth = box === undefined ? 0 : turned ? box.bottom - box.top : box.right - box.left;
  const start = box === undefined ? 0 : turned ? box.left : box.top;
  const at = (group: number) => (box === undefined ? 0 : keyGroupPosition(box, turned, group, gate.maxParallelism) - start);
  const step =
    [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000].find((each) => (length * each) / gate.maxParallelism >= TICKS_APART) ??
    10_000;
  const groups = Array.from({ length: Math.ceil(gate.maxParallelism / step) }, (_, index) => index * step);
  const line = (along: number, from: number, to: number) => (turned ? `M${along} ${from}V${to}` : `M${from} ${along}H${to}`);
  const bracket = (a: number, b: number) => (turned ? `M${a} ${breadth - 9}v4H${b}v-4` : `M${breadth - 9} ${a}h4V${b}h-4`);
  const few = gate.ranges.length <= 8;
  return (
    <div className="gate" data-gate={gate.id} style={{ '--track': 3 + gate.column * 2 } as CSSProperties}>
      <p className="gate-caption">
        <b>{t.keyBy(keyField)}</b>
      </p>
      <svg className="gate-scale" aria-hidden="true" width="100%" height="100%">
        <path className="gate-ticks" d={groups.map((group) => line(at(group), 4, 10)).join('')} />
        <path
          className="gate-ticks strong"
          d={groups
            .filter((_, index) => index % 10 === 0)
            .map((group) => line(at(group), 4, 14))
            .join('')}
        />
        <path className="gate-brackets" d={gate.ranges.map((range) => bracket(at(range.start) - 0.5, at(range.end) + 0.5)).join('')} />
      </svg>
      {box !== undefined &&
        followed.map((key) => (
          <span key={key.key} className="gate-key" data-hue={key.hue} style={{ [turned ? 'left' : 'top']: `${at(key.keyGroup)}px` }}>
            {key.keyGroup}
          </span>
        ))}
      {box !== undefined &&
        few &&
        gate.ranges.map((range, index) => (
          <span
            key={range.start}
            className="gate-range"
            data-down={down !== undefined && places.get(subtaskKey(gate.vertex.id, index))?.taskManagerId === down}
            style={{ [turned ? 'left' : 'top']: `${at(range.start)}px` }}
          >
            {turned ? `${range.start}–${range.end}` : t.groups(range.start, range.end)}
          </span>
        ))}
      <span className="visually-hidden">{t.keyGroups(formatCount(gate.maxParallelism))}</span>
    </div>
  );
}
