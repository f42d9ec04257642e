import type { CompletedCheckpoint } from '../checkpoint/checkpoint-coordinator.js';

/** A subtask as far as it matters here; `metrics.recordsOut` counts from its deployment. */
export interface EmittingTask {
  readonly vertex: { readonly id: string; readonly operators: readonly { readonly kind: string }[] };
  readonly subtask: number;
  readonly inputEnded: boolean;
  readonly metrics: { readonly recordsOut: number };
}

/**
 * How far each source subtask had come before a failure, and whether it is there again, in records emitted since the job began.
 *
 * `failed` before the tasks of an execution are stopped and once they are (some went on until then), `restored` when the next one is deployed, `caughtUp` once nothing is made again any more.
 */
export class ReplayPositions {
  /** Checkpoints back to this many ids before the latest may still be restored. */
  readonly #kept: number;
  readonly #ofCheckpoint = new Map<number, ReadonlyMap<string, number>>();
  /** As of the restored checkpoint. */
  #base: ReadonlyMap<string, number> = new Map();
  #until = new Map<string, number>();

  constructor(kept: number) {
    this.#kept = kept;
  }

  failed(tasks: readonly EmittingTask[]): void {
    for (const task of tasks) {
      const key = keyOf(task);
      if (isSource(task)) this.#until.set(key, Math.max(this.#position(task), this.#until.get(key) ?? 0));
    }
  }

  /** Undefined: it begins with empty state. What one of an earlier JobManager had emitted is not known. */
  restored(checkpointId: number | undefined): void {
    this.#base = (checkpointId === undefined ? undefined : this.#ofCheckpoint.get(checkpointId)) ?? new Map();
  }

  completed({ id, recordsOut }: CompletedCheckpoint): void {
    const positions = new Map<string, number>();
    for (const [task, records] of recordsOut ?? []) positions.set(task, (this.#base.get(task) ?? 0) + records);
    this.#ofCheckpoint.set(id, positions);
    for (const other of this.#ofCheckpoint.keys()) if (other < id - this.#kept) this.#ofCheckpoint.delete(other);
  }

  isBehind(tasks: readonly EmittingTask[]): boolean {
    return tasks.some((task) => {
      const until = this.#until.get(keyOf(task));
      return until !== undefined && !task.inputEnded && this.#position(task) < until;
    });
  }

  /** Records emitted before the failure and beyond what was restored; undefined where it is not known how far the sources had come. */
  get replayed(): number | undefined {
    if (this.#until.size === 0) return undefined;
    let records = 0;
    for (const [key, until] of this.#until) records += Math.max(0, until - (this.#base.get(key) ?? 0));
    return records;
  }

  caughtUp(): void {
    this.#until = new Map();
  }

  #position(task: EmittingTask): number {
    return (this.#base.get(keyOf(task)) ?? 0) + task.metrics.recordsOut;
  }
}

function keyOf({ vertex, subtask }: EmittingTask): string {
  return `${vertex.id}:${subtask}`;
}

function isSource({ vertex }: EmittingTask): boolean {
  return vertex.operators[0]?.kind === 'source';
}
