import type { CheckpointInfo, CheckpointsInfo } from '@weir/protocol';
import type { MachineLayout } from '../model/layout.js';
import { type SubtaskKey, subtaskKey } from '../model/placement.js';
import type { Routes } from '../model/routes.js';
import { type BarrierPlan, planBarriers } from './barrier-plan.js';
import type { DrawnBarrier } from './drawn.js';

/** Plays checkpoints one after another, each from when it was first heard of; what ended before the page was opened is not played. */
export class CheckpointPlay {
  #plan: BarrierPlan | undefined;
  #checkpoint: CheckpointInfo | undefined;
  /** The newest that was played or passed over. */
  #newest: number | undefined;
  #seen = new Map<SubtaskKey, number>();

  get plan(): BarrierPlan | undefined {
    return this.#plan;
  }

  observe(checkpoints: CheckpointsInfo, layout: MachineLayout, routes: Routes, speed: number, now: number): void {
    const latest = checkpoints.history[0];
    if (this.#newest === undefined) this.#newest = (latest?.id ?? 0) - (latest?.status === 'IN_PROGRESS' ? 1 : 0);
    const playing = this.#plan !== undefined && now < this.#plan.end;
    if (!playing && latest !== undefined && latest.id > this.#newest && latest.status !== 'FAILED') {
      this.#newest = latest.id;
      this.#seen = new Map();
      this.#follow(latest, layout, routes, speed, now, now);
    } else if (playing) {
      const id = this.#plan!.checkpointId;
      const current = checkpoints.history.find((checkpoint) => checkpoint.id === id);
      if (current === undefined || current.status === 'FAILED') this.stop();
      else this.#follow(current, layout, routes, speed, this.#plan!.start, now);
    }
  }

  /** After a failure, and when the job is another. */
  stop(): void {
    this.#plan = undefined;
    this.#checkpoint = undefined;
  }

  clear(): void {
    this.stop();
    this.#newest = undefined;
  }

  drawn(now: number): DrawnBarrier | undefined {
    const plan = this.#plan;
    if (plan === undefined || now >= plan.end) return undefined;
    const acked = [...plan.acks].filter(([, at]) => at <= now).map(([key]) => key);
    const { checkpointId, isSavepoint, numSubtasks, slowdown } = plan;
    return { checkpointId, isSavepoint, acked, numSubtasks, slowdown };
  }

  /** When the barrier of the checkpoint that is played reaches a sink in the drawing: what it commits does not go through before. */
  reaches(subtask: SubtaskKey, now: number): number {
    return Math.max(now, this.#plan?.snapshots.get(subtask) ?? now);
  }

  #follow(checkpoint: CheckpointInfo, layout: MachineLayout, routes: Routes, speed: number, start: number, now: number): void {
    for (const [vertexId, task] of Object.entries(checkpoint.tasks)) {
      for (const info of task.subtasks) {
        if (info === null) continue;
        const key = subtaskKey(vertexId, info.index);
        if (!this.#seen.has(key)) this.#seen.set(key, now);
      }
    }
    this.#checkpoint = checkpoint;
    this.#plan = planBarriers(checkpoint, layout, routes, start, this.#seen, speed);
  }

  /** The ways have changed: the plan is made for the new ones. */
  reroute(layout: MachineLayout, routes: Routes, speed: number): void {
    if (this.#plan === undefined || this.#checkpoint === undefined) return;
    this.#plan = planBarriers(this.#checkpoint, layout, routes, this.#plan.start, this.#seen, speed);
  }
}
