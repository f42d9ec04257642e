import { Area, AreaChart, CartesianGrid, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatClock, formatMinute } from '../../format/clock.js';
import { formatShort } from '../../format/number.js';
import { FailureColumns } from '../time/FailureColumns.js';
import { axisStyle, plotHeight, plotMargin, scaleWidth } from '../time/plot-layout.js';
import { axisTicks, type TimeWindow } from '../time/time-axis.js';
import type { Bucket } from './buckets.js';
import type { Column } from './columns.js';
import { ThroughputTip } from './ThroughputTip.js';

interface Props {
  readonly columns: readonly Column[];
  readonly buckets: readonly Bucket[];
  readonly colour: (index: number) => string;
  readonly window: TimeWindow;
  readonly name: string;
}

export default function ThroughputPlot({ columns, buckets, colour, window, name }: Props) {
  return (
    <figure aria-label={name} className="relative m-0" style={{ height: plotHeight.throughput }}>
      <FailureColumns window={window} />
      <ResponsiveContainer width="100%" height={plotHeight.throughput} initialDimension={{ width: 600, height: plotHeight.throughput }}>
        <AreaChart data={[...buckets]} margin={plotMargin} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line-2)" />
          <XAxis
            dataKey="at"
            type="number"
            scale="time"
            domain={[window.from, window.to]}
            allowDataOverflow
            ticks={[...axisTicks(window, innerWidth < 700)]}
            interval={0}
            height={20}
            axisLine={{ stroke: 'var(--line)' }}
            tickLine={false}
            tick={<TimeTick now={window.to} />}
          />
          <YAxis
            orientation="right"
            width={scaleWidth}
            axisLine={false}
            tickLine={false}
            tickCount={3}
            tick={axisStyle}
            tickFormatter={formatShort}
            domain={[0, 'auto']}
          />
          <Tooltip isAnimationActive={false} cursor={{ stroke: 'var(--ink-3)' }} content={<ThroughputTip columns={columns} />} />
          {columns.map((column) => (
            <Area
              key={column.id}
              dataKey={(bucket: Bucket) => bucket.rates[column.id]}
              name={column.name}
              stackId="tasks"
              type="linear"
              stroke={colour(column.index)}
              strokeWidth={1.3}
              fill={colour(column.index)}
              fillOpacity={0.22}
              isAnimationActive={false}
              activeDot={false}
              dot={false}
            />
          ))}
        </AreaChart>
      </ResponsiveContainer>
    </figure>
  );
}

interface TickProps {
  readonly now: number;
  readonly x?: number;
  readonly y?: number;
  readonly payload?: { readonly value: number };
}

/** The right edge is now, and has the clock. */
function TimeTick({ now, x = 0, y = 0, payload }: TickProps) {
  const at = payload?.value ?? 0;
  const edge = at === now;
  return (
    <text
      x={x}
      y={y + 8}
      textAnchor={edge ? 'end' : 'middle'}
      fontSize={11}
      fontWeight={edge ? 600 : 400}
      fill={edge ? 'var(--ink-2)' : 'var(--ink-3)'}
    >
      {edge ? formatClock(at) : formatMinute(at)}
    </text>
  );
}
