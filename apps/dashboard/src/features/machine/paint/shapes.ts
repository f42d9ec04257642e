// Hot: traced for each stream and mark of each frame. No allocation: numbers in, canvas calls out.
import type { SampledPath } from '../model/paths.js';

type Context = CanvasRenderingContext2D;

/** Half a bed's width at `s`: it leaves a tank as a narrow fall and widens over the first 46 px. */
function bedAt(half: number, s: number, fromTank: boolean): number {
  if (!fromTank) return half;
  const u = s >= 46 ? 1 : s / 46;
  return 4 + (half - 4) * u * u * (3 - 2 * u);
}

/** Half the water's width at `s`: a spring grows over the first 40 px. */
export function waterAt(half: number, s: number): number {
  return half * Math.min(1, 0.35 + s / 60);
}

/** Outline of a stream: along one bank and back on the other. */
export function traceRibbon(context: Context, path: SampledPath, half: number, spring: boolean, fromTank: boolean): void {
  const { count, x, y, nx, ny, s } = path;
  context.beginPath();
  for (let i = 0; i < count; i++) {
    const k = spring ? waterAt(half, s[i]!) : bedAt(half, s[i]!, fromTank);
    if (i === 0) context.moveTo(x[i]! + nx[i]! * k, y[i]! + ny[i]! * k);
    else context.lineTo(x[i]! + nx[i]! * k, y[i]! + ny[i]! * k);
  }
  for (let i = count - 1; i >= 0; i--) {
    const k = spring ? waterAt(half, s[i]!) : bedAt(half, s[i]!, fromTank);
    context.lineTo(x[i]! - nx[i]! * k, y[i]! - ny[i]! * k);
  }
  context.closePath();
}

/** A line that keeps its distance from the middle; `share` of the width where the water is that wide. */
export function traceAlong(context: Context, path: SampledPath, offset: number, spring: boolean, fromTank: boolean): void {
  const { count, x, y, nx, ny, s } = path;
  const side = offset < 0 ? -1 : 1;
  const half = Math.abs(offset);
  context.beginPath();
  for (let i = 0; i < count; i++) {
    const k = side * (spring ? waterAt(half, s[i]!) : bedAt(half, s[i]!, fromTank));
    if (i === 0) context.moveTo(x[i]! + nx[i]! * k, y[i]! + ny[i]! * k);
    else context.lineTo(x[i]! + nx[i]! * k, y[i]! + ny[i]! * k);
  }
}

/** The middle of a way from `from` to `to`, px along it. */
export function tracePart(context: Context, path: SampledPath, from: number, to: number): void {
  const { count, x, y, s } = path;
  let pen = false;
  context.beginPath();
  for (let i = 0; i < count; i++) {
    if (s[i]! < from || s[i]! > to) continue;
    if (pen) context.lineTo(x[i]!, y[i]!);
    else context.moveTo(x[i]!, y[i]!);
    pen = true;
  }
}

/** ● ■ ▲ by hue; plain water is ●. */
export function traceMark(context: Context, hue: number, x: number, y: number, radius: number): void {
  context.beginPath();
  if (hue === 2) {
    const a = radius * 0.9;
    context.rect(x - a, y - a, a * 2, a * 2);
  } else if (hue === 3) {
    const a = radius * 1.25;
    context.moveTo(x, y - a);
    context.lineTo(x + a * 0.95, y + a * 0.72);
    context.lineTo(x - a * 0.95, y + a * 0.72);
    context.closePath();
  } else {
    context.arc(x, y, radius, 0, 2 * Math.PI);
  }
}

export function traceDiamond(context: Context, x: number, y: number, radius: number): void {
  context.beginPath();
  context.moveTo(x, y - radius);
  context.lineTo(x + radius, y);
  context.lineTo(x, y + radius);
  context.lineTo(x - radius, y);
  context.closePath();
}

export function traceAcross(context: Context, x: number, y: number, nx: number, ny: number, half: number): void {
  context.beginPath();
  context.moveTo(x - nx * half, y - ny * half);
  context.lineTo(x + nx * half, y + ny * half);
}
