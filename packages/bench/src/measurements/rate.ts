import type { Run } from '../contender.js';
import { sleep } from './measurement.js';

/** Events processed in a window of `seconds` that begins `warmUp` seconds after the job was RUNNING. */
export async function rateOver(
  run: Run,
  warmUp: number,
  seconds: number,
  atBeginning: () => void = () => {},
): Promise<{ readonly events: number; readonly seconds: number }> {
  await sleep(Math.max(0, run.runningAt + warmUp * 1000 - Date.now()));
  const before = await reading(run);
  atBeginning();
  await sleep(seconds * 1000);
  const after = await reading(run);
  return { events: after.events - before.events, seconds: (after.at - before.at) / 1000 };
}

async function reading(run: Run): Promise<{ readonly events: number; readonly at: number }> {
  const events = await run.processed();
  return { events, at: performance.now() };
}
