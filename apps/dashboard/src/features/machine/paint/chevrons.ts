import { pointAt } from '../model/paths.js';
import type { Stream } from '../model/streams.js';
import type { Palette } from './palette.js';

const at = { x: 0, y: 0, nx: 0, ny: 0 };
const APART = 44;

/** Direction without movement: for those who asked for less of it, and while the drawing is paused. */
export function paintChevrons(context: CanvasRenderingContext2D, streams: readonly Stream[], palette: Palette): void {
  context.lineWidth = 1.8;
  context.lineCap = 'round';
  context.lineJoin = 'round';
  for (const stream of streams) {
    if (stream.dry || stream.water === 0) continue;
    context.strokeStyle = palette.hues[stream.hue]!;
    for (let s = 34; s < stream.route.path.length - 14; s += APART) {
      pointAt(stream.route.path, s, at);
      const tx = at.ny;
      const ty = -at.nx;
      context.beginPath();
      context.moveTo(at.x - tx * 4 + at.nx * 5, at.y - ty * 4 + at.ny * 5);
      context.lineTo(at.x + tx * 2, at.y + ty * 2);
      context.lineTo(at.x - tx * 4 - at.nx * 5, at.y - ty * 4 - at.ny * 5);
      context.stroke();
    }
  }
}
