import { create } from 'zustand';
import { useNow } from '../../connection/now.js';

/** The span of the axis that throughput, checkpoints and recoveries share; its right edge is now. */
export const SPANS = [300_000, 1_800_000] as const;
export type Span = (typeof SPANS)[number];

export interface TimeWindow {
  readonly from: number;
  readonly to: number;
}

const useSpan = create<{ readonly span: Span }>(() => ({ span: SPANS[0] }));

export function chooseSpan(span: Span): void {
  useSpan.setState({ span });
}

export function useTimeSpan(): Span {
  return useSpan((state) => state.span);
}

export function useTimeWindow(): TimeWindow {
  const to = useNow();
  const span = useTimeSpan();
  return { from: to - span, to };
}

/** Whole minutes, at most about six of them, none so near to the right edge that it would touch the clock there. */
export function axisTicks({ from, to }: TimeWindow, narrow = false): readonly number[] {
  const span = to - from;
  const step = span <= 300_000 ? 60_000 : 300_000;
  const ticks: number[] = [];
  for (let at = Math.ceil(from / step) * step; at < to - span * (narrow ? 0.25 : 0.09); at += step)
    if (at > from + span * 0.02) ticks.push(at);
  return [...ticks, to];
}

/** Room right of a plot for the digits of its scale, px: the same in every lane, so that they share the axis. */
export const SCALE_WIDTH = 44;
