/** Time as the control plane sees it. Passed in, so that a simulator can drive the same code. */
export interface Clock {
  /** Milliseconds since the epoch, never going backwards within one clock. */
  now(): number;
  /** Calls `action` once, `delay` ms from now, unless cancelled before. */
  schedule(delay: number, action: () => void): Cancellable;
}

export interface Cancellable {
  cancel(): void;
}

/** The thread's own clock: monotonic, in wall time. */
export class SystemClock implements Clock {
  now(): number {
    return performance.timeOrigin + performance.now();
  }

  schedule(delay: number, action: () => void): Cancellable {
    const timer = setTimeout(action, delay);
    return { cancel: () => clearTimeout(timer) };
  }
}
