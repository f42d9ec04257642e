import { Area, AreaChart, ResponsiveContainer, XAxis, YAxis } from 'recharts';
import { FailureColumns } from '../time/FailureColumns.js';
import type { TimeWindow } from '../time/time-axis.js';
import type { Bucket } from './buckets.js';

interface Props {
  readonly buckets: readonly Bucket[];
  readonly id: string;
  readonly colour: string;
  readonly window: TimeWindow;
  /** Top of the scale, records a second. */
  readonly most: number;
  /** px */
  readonly height: number;
}

export default function TaskRatePlot({ buckets, id, colour, window, most, height }: Props) {
  return (
    <div aria-hidden="true" className="relative" style={{ height }}>
      <FailureColumns window={window} isWhole />
      <ResponsiveContainer width="100%" height={height} initialDimension={{ width: 120, height }}>
        <AreaChart data={[...buckets]} margin={{ top: 4, right: 0, bottom: 1, left: 0 }} accessibilityLayer={false}>
          <XAxis dataKey="at" type="number" scale="time" domain={[window.from, window.to]} allowDataOverflow hide />
          <YAxis domain={[0, most === 0 ? 1 : most]} hide />
          <Area
            dataKey={(bucket: Bucket) => bucket.rates[id]}
            type="linear"
            stroke={colour}
            strokeWidth={1.2}
            fill={colour}
            fillOpacity={0.2}
            isAnimationActive={false}
            activeDot={false}
            dot={false}
          />
        </AreaChart>
      </ResponsiveContainer>
    </div>
  );
}
