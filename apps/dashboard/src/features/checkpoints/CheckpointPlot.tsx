import { Bar, CartesianGrid, ComposedChart, Line, ReferenceLine, ResponsiveContainer, Tooltip, XAxis, YAxis } from 'recharts';
import { formatDuration } from '../../format/duration.js';
import { FailureColumns } from '../time/FailureColumns.js';
import { axisStyle, plotHeight, plotMargin, scaleWidth } from '../time/plot-layout.js';
import type { TimeWindow } from '../time/time-axis.js';
import { CheckpointTip } from './CheckpointTip.js';
import { type CheckpointPoint, meanDuration } from './points.js';

interface Props {
  readonly points: readonly CheckpointPoint[];
  readonly window: TimeWindow;
  readonly name: string;
}

/** Ink bars are durations, with their mean dashed; dots above them are sizes, on a scale of their own. */
export default function CheckpointPlot({ points, window, name }: Props) {
  const mean = meanDuration(points);
  const barSize = window.to - window.from <= 300_000 ? 9 : 4;
  return (
    <figure aria-label={name} className="relative m-0" style={{ height: plotHeight.checkpoints }}>
      <FailureColumns window={window} />
      <ResponsiveContainer width="100%" height={plotHeight.checkpoints} initialDimension={{ width: 600, height: plotHeight.checkpoints }}>
        <ComposedChart data={[...points]} margin={{ ...plotMargin, bottom: 4 }} accessibilityLayer={false}>
          <CartesianGrid vertical={false} stroke="var(--line-2)" />
          <XAxis dataKey="at" type="number" scale="time" domain={[window.from, window.to]} allowDataOverflow hide />
          <YAxis
            yAxisId="duration"
            orientation="right"
            width={scaleWidth}
            axisLine={false}
            tickLine={false}
            tickCount={3}
            tick={axisStyle}
            tickFormatter={onOneLine}
            domain={[0, 'auto']}
          />
          <YAxis yAxisId="size" hide domain={[0, (most: number) => Math.max(1, most) * 1.15]} />
          <Tooltip isAnimationActive={false} cursor={false} content={<CheckpointTip />} />
          {mean !== undefined && <ReferenceLine yAxisId="duration" y={mean} stroke="var(--ink-2)" strokeDasharray="4 3" />}
          <Bar yAxisId="duration" dataKey="duration" barSize={barSize} isAnimationActive={false} shape={<DurationBar size={barSize} />} />
          <Line
            yAxisId="size"
            dataKey="size"
            stroke="none"
            isAnimationActive={false}
            activeDot={false}
            dot={{ r: 1.8, fill: 'var(--water)', stroke: 'none' }}
          />
        </ComposedChart>
      </ResponsiveContainer>
    </figure>
  );
}

/** Without a place where the chart would break it. */
function onOneLine(ms: number): string {
  return formatDuration(ms).replaceAll(' ', '\u00a0');
}

interface BarProps {
  readonly size: number;
  readonly x?: number;
  readonly y?: number;
  readonly width?: number;
  readonly height?: number;
  readonly payload?: CheckpointPoint;
}

/** Of one width however near two are to each other (the chart would make all as thin as the closest two). A failed one is hollow and red, with a cross on top. */
function DurationBar({ size, x = 0, y = 0, width = 0, height = 0, payload }: BarProps) {
  const middle = x + width / 2;
  const left = middle - size / 2;
  if (payload?.status !== 'FAILED') return <rect x={left} y={y} width={size} height={Math.max(1, height)} rx={1} fill="var(--ink-3)" />;
  const tall = Math.max(8, height);
  const top = y + height - tall;
  return (
    <g stroke="var(--fail)" fill="none">
      <rect x={left + 0.5} y={top} width={size - 1} height={tall} rx={1} />
      <path d={`M${middle - 3} ${top - 9}l6 6m0 -6l-6 6`} strokeWidth={1.6} />
    </g>
  );
}
