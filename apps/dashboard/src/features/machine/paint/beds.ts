import type { Stream } from '../model/streams.js';
import type { Palette } from './palette.js';
import { traceAlong, tracePart, traceRibbon } from './shapes.js';

type Context = CanvasRenderingContext2D;

const DRY_DASH = [3, 6];
const STOPPED_DASH = [3, 4];
const SOLID: number[] = [];
/** Nested ribbons, from the banks to the middle: deep water is darker. */
const DEPTHS: readonly number[] = [1, 0.8, 0.52];
/** Streamlines across the water, −1 … 1; drawn still where too little flows for movement to say anything. */
const STILL_LINES: readonly number[] = [-0.55, 0.05, 0.6];

/** What stands still of the streams: beds, banks and the water's body. Drawn when a rate, the layout or the theme changes, not each frame. */
export function paintBeds(
  context: Context,
  streams: readonly Stream[],
  palette: Palette,
  stopped: boolean,
  dimmed: (stream: Stream) => number,
) {
  context.lineCap = 'butt';
  for (const stream of streams) if (stream.dry) paintDry(context, stream, palette);
  for (const stream of streams) {
    if (stream.dry) continue;
    const strength = dimmed(stream);
    if (stream.thin) {
      if (!stopped) paintThin(context, stream, palette, strength);
      continue;
    }
    paintBed(context, stream, palette, stopped, strength);
    if (!stopped && stream.water > 0) paintBody(context, stream, palette, strength);
  }
  context.globalAlpha = 1;
}

function paintDry(context: Context, { route, from, to }: Stream, palette: Palette) {
  context.globalAlpha = 0.34;
  context.strokeStyle = palette.ink3;
  context.lineWidth = 1;
  context.setLineDash(DRY_DASH);
  tracePart(context, route.path, from, to);
  context.stroke();
  context.setLineDash(SOLID);
}

function paintThin(context: Context, stream: Stream, palette: Palette, strength: number) {
  context.globalAlpha = 0.2 * strength;
  context.strokeStyle = palette.hues[stream.hue]!;
  context.lineWidth = stream.water * 2;
  traceAlong(context, stream.route.path, 0, false, false);
  context.stroke();
}

function paintBed(context: Context, stream: Stream, palette: Palette, stopped: boolean, strength: number) {
  const { path } = stream.route;
  const color = palette.hues[stream.hue]!;
  context.fillStyle = color;
  context.globalAlpha = 0.055 * strength;
  traceRibbon(context, path, stream.bed, false, stream.fromTank);
  context.fill();
  context.globalAlpha = (stream.full ? 1 : 0.3) * strength;
  context.strokeStyle = stream.full ? palette.alert : color;
  context.lineWidth = stream.full ? 1.8 : 1;
  context.setLineDash(stopped ? STOPPED_DASH : SOLID);
  traceAlong(context, path, stream.bed, false, stream.fromTank);
  context.stroke();
  traceAlong(context, path, -stream.bed, false, stream.fromTank);
  context.stroke();
  context.setLineDash(SOLID);
}

function paintBody(context: Context, stream: Stream, palette: Palette, strength: number) {
  const { path } = stream.route;
  context.fillStyle = palette.hues[stream.hue]!;
  for (const depth of DEPTHS) {
    context.globalAlpha = (palette.dark ? 0.12 : 0.105) * strength;
    traceRibbon(context, path, stream.water * depth, true, stream.fromTank);
    context.fill();
  }
  context.strokeStyle = palette.hues[stream.hue]!;
  context.lineWidth = 0.9;
  context.globalAlpha = 0.16 * strength;
  for (const share of STILL_LINES) {
    traceAlong(context, path, share * stream.water, true, stream.fromTank);
    context.stroke();
  }
}
