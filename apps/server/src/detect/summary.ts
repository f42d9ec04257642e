import type { JobInfo } from '@weir/protocol';
import { localPath } from '@weir/runtime';

/** The last line of `--json`: figures of the exactly-once result, replays not counted. */
export interface Summary {
  readonly events: number;
  readonly alerts: number;
  /** Different keys seen, those at 0 too. */
  readonly keys: number;
  readonly skipped: number;
  readonly malformed: number;
  readonly restarts: number;
  readonly checkpoints: number;
  readonly elapsedMs: number;
}

/** The position that a file source keeps in its state, as far as it is counted here. */
interface Totals {
  readonly events: number;
  readonly skipped: number;
  readonly malformed: number;
}

/** List state of `AbnormalCountProcessFunction`. */
const ALERTS_STATE = 'alerts';

/** Reads what the final checkpoint holds: counters of tasks begin anew at each restart, state does not. */
export async function summarize(job: JobInfo, elapsedMs: number): Promise<Summary> {
  const path = job.checkpoints.latestCompleted?.externalPath;
  if (path === undefined) throw new Error('the job finished without a last checkpoint: its result cannot be counted');
  const { readCheckpoint } = await import('@weir/runtime/storage');
  const reader = await readCheckpoint(localPath(path));
  const positions = Object.values(await reader.offsets()).flat() as Totals[];
  let alerts = 0;
  for (const uid of reader.uidsWith('operator')) {
    // The process function's own count, in its state: once per alert, and all of them are committed with this checkpoint.
    for (const { name, elements } of await reader.operatorState(uid))
      if (name === ALERTS_STATE) for (const count of elements) alerts += Number(count);
  }
  let keys = 0;
  for (const uid of reader.uidsWith('keyed')) for await (const _ of reader.keyedEntries(uid)) keys++;
  const total = (field: keyof Totals): number => positions.reduce((sum, position) => sum + Number(position[field]), 0);
  return {
    events: total('events'),
    alerts,
    keys,
    skipped: total('skipped'),
    malformed: total('malformed'),
    restarts: job.numRestarts,
    checkpoints: job.checkpoints.counts.completed,
    elapsedMs: Math.round(elapsedMs),
  };
}
