import { InvalidConfigurationError } from '../common/errors.js';
import type { JobGraph, JobVertex } from '../graph/job-graph.js';

export interface Slot {
  readonly taskManagerId: string;
  /** Number over the cluster, from 1. */
  readonly slot: number;
}

export interface SlotPlace {
  readonly id: string;
  readonly firstSlot: number;
  readonly slots: number;
}

/**
 * Gives each subtask its slot: one shared by the same-index subtasks of a slot sharing group. A group's slot goes to the TaskManager that has the
 * same-index subtask of its input; without input, to the one with the most free slots.
 *
 * Throws `InvalidConfigurationError` if there are too few slots. Deterministic.
 */
export function allocateSlots(graph: JobGraph, places: readonly SlotPlace[]): ReadonlyMap<string, readonly Slot[]> {
  const needed = slotsNeeded(graph);
  const total = places.reduce((sum, place) => sum + place.slots, 0);
  if (needed > total) {
    throw new InvalidConfigurationError(
      `the job needs ${needed} slots, but the cluster has ${total} (${places.length} TaskManagers of ${places[0]?.slots ?? 0}); start more with --taskmanagers or --slots, or lower the parallelism.`,
    );
  }
  const taken = new Map<string, number>();
  const shared = new Map<string, Slot[]>();
  const ofVertex = new Map<string, readonly Slot[]>();
  const freeOf = (place: SlotPlace) => place.slots - (taken.get(place.id) ?? 0);
  const take = (place: SlotPlace): Slot => {
    const used = taken.get(place.id) ?? 0;
    taken.set(place.id, used + 1);
    return { taskManagerId: place.id, slot: place.firstSlot + used };
  };
  for (const vertex of graph.vertices) {
    const slots = shared.get(vertex.slotSharingGroup) ?? [];
    shared.set(vertex.slotSharingGroup, slots);
    for (let index = slots.length; index < vertex.parallelism; index++) {
      const beside = inputSlot(graph, vertex, index, ofVertex);
      const preferred = places.find((place) => place.id === beside?.taskManagerId && freeOf(place) > 0);
      const emptiest = places.reduce((best, place) => (freeOf(place) > freeOf(best) ? place : best));
      slots.push(take(preferred ?? emptiest));
    }
    ofVertex.set(vertex.id, slots.slice(0, vertex.parallelism));
  }
  return ofVertex;
}

function inputSlot(graph: JobGraph, vertex: JobVertex, index: number, placed: ReadonlyMap<string, readonly Slot[]>): Slot | undefined {
  for (const edge of graph.edges) {
    const slot = edge.target === vertex.id ? placed.get(edge.source)?.[index] : undefined;
    if (slot !== undefined) return slot;
  }
  return undefined;
}

/** A slot sharing group takes as many as its widest vertex. */
function slotsNeeded(graph: JobGraph): number {
  const widest = new Map<string, number>();
  for (const vertex of graph.vertices) {
    widest.set(vertex.slotSharingGroup, Math.max(vertex.parallelism, widest.get(vertex.slotSharingGroup) ?? 0));
  }
  return [...widest.values()].reduce((sum, width) => sum + width, 0);
}
