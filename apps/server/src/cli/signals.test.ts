import { expect, it } from 'vitest';
import { firstSignal } from './signals.js';

it('takes a second signal within a second for the same one, and a later one for force', async () => {
  const before = { SIGINT: process.listeners('SIGINT'), SIGTERM: process.listeners('SIGTERM') };
  let now = 5_000;
  const forced: number[] = [];
  const stopped = firstSignal(
    () => now,
    (code) => forced.push(code),
  );
  try {
    process.emit('SIGINT', 'SIGINT');
    now += 900;
    process.emit('SIGTERM', 'SIGTERM');
    expect(await stopped).toBe('SIGINT');
    expect(forced).toEqual([]);
    now += 200;
    process.emit('SIGTERM', 'SIGTERM');
    expect(forced).toEqual([143]);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) {
      for (const listener of process.listeners(signal)) if (!before[signal].includes(listener)) process.off(signal, listener);
    }
  }
});
