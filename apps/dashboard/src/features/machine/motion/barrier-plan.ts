import type { CheckpointInfo, SubtaskCheckpointInfo } from '@weir/protocol';
import type { MachineLayout } from '../model/layout.js';
import { type SubtaskKey, subtaskKey } from '../model/placement.js';
import type { Route, Routes } from '../model/routes.js';

/** A barrier on one channel: leaves, arrives, and waits at the end until `absorbed`. */
export interface Crossing {
  readonly route: Route;
  readonly depart: number;
  readonly arrive: number;
  /** When its task has all barriers (aligned), or at once (unaligned); Infinity while the task has not acknowledged. */
  readonly absorbed: number;
  /** It passed records on its way: they are in the snapshot. */
  readonly overtakes: boolean;
}

export interface BarrierPlan {
  readonly checkpointId: number;
  readonly isSavepoint: boolean;
  /** When the coordinator's word leaves, and when it reaches the sources. */
  readonly start: number;
  readonly triggered: number;
  readonly crossings: readonly Crossing[];
  /** When each subtask's snapshot goes down to the store. */
  readonly snapshots: ReadonlyMap<SubtaskKey, number>;
  /** When each subtask's acknowledgement is back at the coordinator. */
  readonly acks: ReadonlyMap<SubtaskKey, number>;
  readonly numSubtasks: number;
  /** When the drawing of it is over; Infinity while the checkpoint is not. */
  readonly end: number;
  /** How many times slower than it was; 1 while it goes on. */
  readonly slowdown: number;
}

/** Drawn times, ms. */
const TRIGGER = 450;
const SNAPSHOT = 120;
const ACK = 520;
const AFTER = 400;
/** Real time is stretched by this where it is drawn as waiting: what takes 1 ms is seen, what takes 30 ms fills the longest wait. */
const STRETCH = 50;
const LONGEST_WAIT = 1_500;
const OVERTAKING = 2.2;

/**
 * A checkpoint as it is drawn: barriers move with the records, not faster, and the order of what happened and the waits are those of its time stamps.
 * Never ahead of the engine: a task that has not acknowledged keeps its barriers waiting. `seen` says when each acknowledgement was first heard of.
 * Pure: made anew whenever more of the checkpoint is known.
 */
export function planBarriers(
  checkpoint: CheckpointInfo,
  layout: MachineLayout,
  routes: Routes,
  start: number,
  seen: ReadonlyMap<SubtaskKey, number>,
  speed: number,
): BarrierPlan {
  const triggered = start + TRIGGER;
  const crossings: Crossing[] = [];
  const snapshots = new Map<SubtaskKey, number>();
  const acks = new Map<SubtaskKey, number>();
  const into = incoming(routes);
  for (const vertex of layout.columns.flatMap((column) => column.vertices)) {
    for (let index = 0; index < vertex.parallelism; index++) {
      const key = subtaskKey(vertex.id, index);
      const info = checkpoint.tasks[vertex.id]?.subtasks[index] ?? undefined;
      const overtakes = info?.unaligned === true && info.persistedData > 0;
      const arrivals = (into.get(key) ?? []).flatMap((route) => {
        const left = snapshots.get(route.channel.source);
        if (left === undefined) return [];
        const way = route.path.length / (speed * (overtakes ? OVERTAKING : 1));
        return [{ route, depart: left, arrive: left + way }];
      });
      const told = info === undefined ? undefined : seen.get(key);
      const ready = told === undefined ? undefined : Math.max(told, readyAt(info!, arrivals, triggered));
      for (const arrival of arrivals) {
        crossings.push({ ...arrival, overtakes, absorbed: overtakes ? arrival.arrive : (ready ?? Number.POSITIVE_INFINITY) });
      }
      if (ready === undefined) continue;
      snapshots.set(key, ready);
      acks.set(key, ready + ACK + wait(info!.asyncDuration));
    }
  }
  const end = endOf(checkpoint, triggered, acks);
  const real = checkpoint.endToEndDuration;
  const slowdown = Number.isFinite(end) && real > 0 ? Math.max(1, (end - start) / real) : 1;
  const { id: checkpointId, isSavepoint, numSubtasks } = checkpoint;
  return { checkpointId, isSavepoint, start, triggered, crossings, snapshots, acks, numSubtasks, end, slowdown };
}

function incoming(routes: Routes): ReadonlyMap<SubtaskKey, Route[]> {
  const into = new Map<SubtaskKey, Route[]>();
  for (const route of routes.byChannel.values()) {
    const own = into.get(route.channel.target) ?? [];
    into.set(route.channel.target, own);
    own.push(route);
  }
  return into;
}

function readyAt(info: SubtaskCheckpointInfo, arrivals: readonly { readonly arrive: number }[], triggered: number): number {
  if (arrivals.length === 0) return triggered + wait(info.startDelay) + SNAPSHOT;
  const first = Math.min(...arrivals.map((arrival) => arrival.arrive));
  const last = Math.max(...arrivals.map((arrival) => arrival.arrive));
  const aligned = info.unaligned ? first : Math.max(last, first + wait(info.alignmentDuration));
  return aligned + SNAPSHOT + wait(info.syncDuration);
}

function wait(real: number): number {
  return Math.min(LONGEST_WAIT, Math.max(0, real) * STRETCH);
}

function endOf(checkpoint: CheckpointInfo, triggered: number, acks: ReadonlyMap<SubtaskKey, number>): number {
  if (checkpoint.status === 'IN_PROGRESS') return Number.POSITIVE_INFINITY;
  return Math.max(triggered, ...acks.values()) + AFTER;
}
