import { SCALE_WIDTH } from './time-axis.js';

/** Heights of the plots, px: kept while a chart's code loads, so that nothing jumps. */
export const plotHeight = { throughput: 112, checkpoints: 92 };

export const plotMargin = { top: 6, right: 0, bottom: 0, left: 0 };

export const axisStyle = { fontSize: 11, fill: 'var(--ink-3)', fontFamily: 'var(--font)' };

export const scaleWidth = SCALE_WIDTH;
