import type { Palette } from './palette.js';

const CELL = 9;
const LOWEST = 0.2;
const HIGHEST = 0.85;
const RISE = 0.055;

/** Faint contour lines: the ground that the river runs through. Drawn once per size and theme. */
export function paintGround(context: CanvasRenderingContext2D, width: number, height: number, palette: Palette): void {
  const columns = Math.ceil(width / CELL) + 1;
  const rows = Math.ceil(height / CELL) + 1;
  const heights = new Float32Array(columns * rows);
  for (let j = 0; j < rows; j++) for (let i = 0; i < columns; i++) heights[j * columns + i] = heightAt(i * CELL, j * CELL);
  context.clearRect(0, 0, width, height);
  context.lineWidth = 1;
  context.strokeStyle = palette.contour;
  context.beginPath();
  for (let level = LOWEST; level < HIGHEST; level += RISE) traceLevel(context, heights, columns, rows, level);
  context.stroke();
}

function traceLevel(context: CanvasRenderingContext2D, heights: Float32Array, columns: number, rows: number, level: number): void {
  for (let j = 0; j < rows - 1; j++) {
    for (let i = 0; i < columns - 1; i++) {
      const a = heights[j * columns + i]!;
      const b = heights[j * columns + i + 1]!;
      const c = heights[(j + 1) * columns + i + 1]!;
      const d = heights[(j + 1) * columns + i]!;
      const above = Number(a < level) + Number(b < level) + Number(c < level) + Number(d < level);
      if (above === 0 || above === 4) continue;
      const x = i * CELL;
      const y = j * CELL;
      let pen = false;
      const put = (px: number, py: number) => {
        if (pen) context.lineTo(px, py);
        else context.moveTo(px, py);
        pen = !pen;
      };
      if (a < level !== b < level) put(x + (CELL * (level - a)) / (b - a), y);
      if (b < level !== c < level) put(x + CELL, y + (CELL * (level - b)) / (c - b));
      if (d < level !== c < level) put(x + (CELL * (level - d)) / (c - d), y + CELL);
      if (a < level !== d < level) put(x, y + (CELL * (level - a)) / (d - a));
    }
  }
}

function heightAt(x: number, y: number): number {
  return smooth(x / 210 + 3, y / 120 + 9) * 0.68 + smooth(x / 90 + 17, y / 60 + 4) * 0.24 + smooth(x / 40, y / 34) * 0.08;
}

function smooth(x: number, y: number): number {
  const a = Math.floor(x);
  const b = Math.floor(y);
  const u = (x - a) ** 2 * (3 - 2 * (x - a));
  const v = (y - b) ** 2 * (3 - 2 * (y - b));
  const top = lattice(a, b) * (1 - u) + lattice(a + 1, b) * u;
  const bottom = lattice(a, b + 1) * (1 - u) + lattice(a + 1, b + 1) * u;
  return top * (1 - v) + bottom * v;
}

function lattice(x: number, y: number): number {
  let n = (Math.imul(x, 374_761_393) + Math.imul(y, 668_265_263)) | 0;
  n = Math.imul(n ^ (n >>> 13), 1_274_126_177);
  return ((n ^ (n >>> 16)) >>> 0) / 4_294_967_296;
}
