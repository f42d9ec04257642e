import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OnceAFrame } from './once-a-frame.js';

let frames: Map<number, () => void>;
beforeEach(() => {
  vi.useFakeTimers();
  frames = new Map();
  vi.stubGlobal('requestAnimationFrame', (turn: () => void) => {
    frames.set(frames.size + 1, turn);
    return frames.size;
  });
  vi.stubGlobal('cancelAnimationFrame', (frame: number) => frames.delete(frame));
});
afterEach(() => {
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

it('acts once a frame however often it is asked', () => {
  const act = vi.fn();
  const once = new OnceAFrame(act);
  once.ask();
  once.ask();
  expect(act).not.toHaveBeenCalled();
  for (const turn of [...frames.values()]) turn();
  vi.advanceTimersByTime(1_000);
  expect(act).toHaveBeenCalledTimes(1);
  once.ask();
  once.now();
  once.now();
  vi.advanceTimersByTime(1_000);
  expect(act).toHaveBeenCalledTimes(2);
});

it('acts where no frame is made', () => {
  const act = vi.fn();
  new OnceAFrame(act).ask();
  vi.advanceTimersByTime(250);
  expect(act).toHaveBeenCalledTimes(1);
  expect(frames.size).toBe(0);
});
