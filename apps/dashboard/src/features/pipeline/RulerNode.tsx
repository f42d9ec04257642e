import type { Node, NodeProps } from '@xyflow/react';
import { useKeyField } from '../../job/use-key-field.js';
import type { FollowedKey } from '../machine/model/followed-keys.js';
import { type Box, keyGroupPosition } from '../machine/model/geometry.js';
import type { Gate } from '../machine/model/layout.js';

export type RulerNodeType = Node<
  { readonly gate: Gate; readonly box: Box; readonly turned: boolean; readonly followed: readonly FollowedKey[] },
  'ruler'
>;

const TICKS_APART = 2.8;

/** KeyBy as a ruler of key groups: a tick per group (or per 10, 100 …), a bracket per subtask's range, a triangle where a key falls. */
export function RulerNode({ data: { gate, box, turned, followed } }: NodeProps<RulerNodeType>) {
  const keyField = useKeyField(gate.vertex);
  const length = turned ? box.right - box.left : box.bottom - box.top;
  const breadth = turned ? box.bottom - box.top : box.right - box.left;
  const start = turned ? box.left : box.top;
  const at = (group: number) => keyGroupPosition(box, turned, group, gate.maxParallelism) - start;
  const step = [1, 10, 100, 1_000].find((each) => (length * each) / gate.maxParallelism >= TICKS_APART) ?? 10_000;
  const tick = (along: number, to: number) => (turned ? `M${along} 0V${to}` : `M0 ${along}H${to}`);
  const few = gate.ranges.length <= 12;
  return (
    <div className="ruler" data-turned={turned} style={{ width: box.right - box.left, height: box.bottom - box.top }}>
      <p className="ruler-title">{keyField === undefined ? 'KeyBy' : `KeyBy(${keyField})`}</p>
      <svg className="ruler-scale" width="100%" height="100%" aria-hidden="true">
        <path
          d={Array.from({ length: Math.ceil(gate.maxParallelism / step) }, (_, i) => tick(at(i * step), i % 10 === 0 ? 9 : 5)).join('')}
        />
        <path
          className="strong"
          d={gate.ranges
            .map(({ start: from, end }) => {
              const [a, b] = [at(from) - 0.5, at(end) + 0.5];
              return turned ? `M${a} ${breadth - 7}v6H${b}v-6` : `M${breadth - 7} ${a}h6V${b}h-6`;
            })
            .join('')}
        />
      </svg>
      {few &&
        gate.ranges.map((range) => (
          <span key={range.start} className="ruler-range" style={{ [turned ? 'left' : 'top']: `${at(range.start)}px` }}>
            {`${range.start}–${range.end}`}
          </span>
        ))}
      {followed.map((key) => (
        <span key={key.key} className="ruler-key" data-hue={key.hue} style={{ [turned ? 'left' : 'top']: `${at(key.keyGroup)}px` }}>
          {key.keyGroup}
        </span>
      ))}
    </div>
  );
}
