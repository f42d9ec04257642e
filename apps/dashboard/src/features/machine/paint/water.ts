// Hot: once a frame for each stream that flows fast enough to be seen flowing. Allocates nothing.
import type { Stream } from '../model/streams.js';
import type { Palette } from './palette.js';
import { traceAlong } from './shapes.js';

/** Under this many records a second single records tell the flow, and the water stands still. */
const FLOWING = 2;
const LINES: readonly number[] = [-0.82, -0.5, -0.2, 0.12, 0.44, 0.78];
const DASHES: readonly number[][] = [
  [26, 38],
  [44, 30],
  [18, 52],
  [34, 26],
  [52, 44],
  [22, 34],
];
const SOLID: number[] = [];

export function isFlowing(streams: readonly Stream[]): boolean {
  for (const stream of streams) if (stream.rate >= FLOWING) return true;
  return false;
}

/** Streamlines, a little slower than the records that they carry. */
export function paintStreamlines(
  context: CanvasRenderingContext2D,
  streams: readonly Stream[],
  palette: Palette,
  now: number,
  speed: number,
  dimmed: (stream: Stream) => number,
): void {
  const way = now * speed * 0.92;
  context.lineWidth = 1;
  context.lineCap = 'round';
  for (let i = 0; i < streams.length; i++) {
    const stream = streams[i]!;
    if (stream.rate < FLOWING || stream.dry || stream.thin) continue;
    context.strokeStyle = palette.hues[stream.hue]!;
    context.globalAlpha = (palette.dark ? 0.36 : 0.32) * dimmed(stream);
    const slow = stream.full ? 0.35 : 1;
    for (let n = 0; n < LINES.length; n++) {
      context.setLineDash(DASHES[n]!);
      context.lineDashOffset = -(way * slow + n * 37 + i * 11);
      traceAlong(context, stream.route.path, LINES[n]! * stream.water, true, stream.fromTank);
      context.stroke();
    }
  }
  context.setLineDash(SOLID);
  context.globalAlpha = 1;
}
