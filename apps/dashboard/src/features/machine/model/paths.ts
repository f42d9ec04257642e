/**
 * Ways over the drawing as rows of points with normals: banks, ribbons, records and barriers are all offsets along one.
 * Hot when read (`pointAt` is called for each mark of each frame): typed arrays, no allocation. Pure.
 */
export interface SampledPath {
  readonly count: number;
  readonly x: Float32Array;
  readonly y: Float32Array;
  /** Unit normal, to the right of the direction of travel in screen coordinates turned by 90°. */
  readonly nx: Float32Array;
  readonly ny: Float32Array;
  /** Way from the start to each point, px. */
  readonly s: Float32Array;
  readonly length: number;
}

export type Segment =
  | { readonly kind: 'line'; readonly x: number; readonly y: number }
  | {
      readonly kind: 'curve';
      readonly x1: number;
      readonly y1: number;
      readonly x2: number;
      readonly y2: number;
      readonly x: number;
      readonly y: number;
    };

export interface Point {
  x: number;
  y: number;
  nx: number;
  ny: number;
}

const STEP = 5;
const CURVE_STEPS = 36;
/** Points closer than this are one. */
const SAME = 0.01;

export function line(x: number, y: number): Segment {
  return { kind: 'line', x, y };
}

/** From (x0, y0) to (x, y), leaving and arriving along the flow: level in a lying machine, upright in a turned one. */
export function bend(x0: number, y0: number, x: number, y: number, turned: boolean): Segment {
  return turned
    ? { kind: 'curve', x1: x0, y1: (y0 + y) / 2, x2: x, y2: (y0 + y) / 2, x, y }
    : { kind: 'curve', x1: (x0 + x) / 2, y1: y0, x2: (x0 + x) / 2, y2: y, x, y };
}

export function samplePath(x0: number, y0: number, segments: readonly Segment[]): SampledPath {
  const xs = [x0];
  const ys = [y0];
  const put = (x: number, y: number) => {
    if (Math.hypot(x - xs[xs.length - 1]!, y - ys[ys.length - 1]!) <= SAME) return;
    xs.push(x);
    ys.push(y);
  };
  for (const segment of segments) {
    const fromX = xs[xs.length - 1]!;
    const fromY = ys[ys.length - 1]!;
    if (segment.kind === 'line') {
      const steps = Math.max(1, Math.round(Math.hypot(segment.x - fromX, segment.y - fromY) / STEP));
      for (let i = 1; i <= steps; i++) put(fromX + ((segment.x - fromX) * i) / steps, fromY + ((segment.y - fromY) * i) / steps);
    } else {
      for (let i = 1; i <= CURVE_STEPS; i++) {
        const u = i / CURVE_STEPS;
        put(cubic(fromX, segment.x1, segment.x2, segment.x, u), cubic(fromY, segment.y1, segment.y2, segment.y, u));
      }
    }
  }
  return withNormals(xs, ys);
}

function cubic(a: number, b: number, c: number, d: number, u: number): number {
  const v = 1 - u;
  return v * v * v * a + 3 * v * v * u * b + 3 * v * u * u * c + u * u * u * d;
}

function withNormals(xs: readonly number[], ys: readonly number[]): SampledPath {
  const count = xs.length;
  const path = {
    count,
    x: Float32Array.from(xs),
    y: Float32Array.from(ys),
    nx: new Float32Array(count),
    ny: new Float32Array(count),
    s: new Float32Array(count),
  };
  let length = 0;
  for (let i = 0; i < count; i++) {
    const before = Math.max(0, i - 1);
    const after = Math.min(count - 1, i + 1);
    const dx = xs[after]! - xs[before]!;
    const dy = ys[after]! - ys[before]!;
    const norm = Math.hypot(dx, dy) || 1;
    path.nx[i] = -dy / norm;
    path.ny[i] = dx / norm;
    if (i > 0) length += Math.hypot(xs[i]! - xs[i - 1]!, ys[i]! - ys[i - 1]!);
    path.s[i] = length;
  }
  return { ...path, length };
}

/** The point `s` px along the path, written into `out`; before the start and behind the end it is the start and the end. */
export function pointAt(path: SampledPath, s: number, out: Point): Point {
  const last = path.count - 1;
  let low = 0;
  let high = last;
  if (s <= 0) high = 0;
  else if (s >= path.length) low = last;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (path.s[middle]! < s) low = middle;
    else high = middle;
  }
  if (s <= 0 || s >= path.length) low = high = s <= 0 ? 0 : last;
  const span = path.s[high]! - path.s[low]!;
  const u = span === 0 ? 0 : (s - path.s[low]!) / span;
  out.x = path.x[low]! + (path.x[high]! - path.x[low]!) * u;
  out.y = path.y[low]! + (path.y[high]! - path.y[low]!) * u;
  out.nx = path.nx[low]! + (path.nx[high]! - path.nx[low]!) * u;
  out.ny = path.ny[low]! + (path.ny[high]! - path.ny[low]!) * u;
  return out;
}
