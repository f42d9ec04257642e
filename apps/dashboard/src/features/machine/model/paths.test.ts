import { describe, expect, it } from 'vitest';
import { bend, line, pointAt, samplePath } from './paths.js';

const point = () => ({ x: 0, y: 0, nx: 0, ny: 0 });

describe('a sampled path', () => {
  it('measures a straight way, with normals across it', () => {
    const path = samplePath(0, 10, [line(100, 10)]);
    expect(path.length).toBeCloseTo(100);
    const middle = pointAt(path, 50, point());
    expect([middle.x, middle.y, Math.abs(middle.nx), middle.ny]).toEqual([50, 10, 0, 1]);
  });

  it('stays at its ends before the start and behind the end', () => {
    const path = samplePath(0, 0, [bend(0, 0, 60, 40, false), line(90, 40)]);
    const start = pointAt(path, -5, point());
    expect([start.x, start.y]).toEqual([0, 0]);
    const end = pointAt(path, 10_000, point());
    expect([end.x, end.y]).toEqual([90, 40]);
  });

  it('goes at even pace over a bend', () => {
    const path = samplePath(0, 0, [bend(0, 0, 120, 90, false)]);
    let last = pointAt(path, 0, point());
    for (let s = 5; s <= path.length; s += 5) {
      const next = pointAt(path, s, point());
      expect(Math.hypot(next.x - last.x, next.y - last.y)).toBeCloseTo(5, 0);
      expect(Math.hypot(next.nx, next.ny)).toBeCloseTo(1, 1);
      last = next;
    }
  });
});
