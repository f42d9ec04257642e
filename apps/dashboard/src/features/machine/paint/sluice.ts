import { pointAt } from '../model/paths.js';
import type { Stream } from '../model/streams.js';
import type { Palette } from './palette.js';

const at = { x: 0, y: 0, nx: 0, ny: 0 };

/** The gate before a sink's output: shut while alerts wait for their checkpoint, lifted while committed ones pass. */
export function paintSluices(
  context: CanvasRenderingContext2D,
  streams: readonly Stream[],
  palette: Palette,
  turned: boolean,
  isOpen: (stream: Stream) => boolean,
): void {
  context.strokeStyle = palette.ink2;
  context.lineWidth = 2.6;
  context.lineCap = 'round';
  for (const stream of streams) {
    if (!stream.route.intoSink) continue;
    const { path } = stream.route;
    pointAt(path, path.length, at);
    const half = stream.bed + 2;
    const lifted = isOpen(stream) ? half * 1.5 : 0;
    context.beginPath();
    if (turned) {
      context.moveTo(at.x - half, at.y);
      context.lineTo(at.x + half - lifted, at.y);
      cap(context, at.x - half, at.y, true);
      cap(context, at.x + half, at.y, true);
    } else {
      context.moveTo(at.x, at.y - half);
      context.lineTo(at.x, at.y + half - lifted);
      cap(context, at.x, at.y - half, false);
      cap(context, at.x, at.y + half, false);
    }
    context.stroke();
  }
}

function cap(context: CanvasRenderingContext2D, x: number, y: number, turned: boolean): void {
  context.moveTo(turned ? x : x - 4, turned ? y - 4 : y);
  context.lineTo(turned ? x : x + 4, turned ? y + 4 : y);
}
