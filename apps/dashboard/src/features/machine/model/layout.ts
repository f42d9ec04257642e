import type { JobInfo, SubtaskInfo, TaskManagerInfo, VertexInfo } from '@weir/protocol';
import { type MachineColumn, type MachineEdge, type Topology, topologyOf, type VertexRole } from '../../../job/topology.js';
import { type KeyGroupRange, keyGroupRanges } from './key-groups.js';
import { type Places, placesOf, type SubtaskKey, subtaskKey } from './placement.js';
import { wholeJob } from './whole-job.js';

/** One subtask in its place. */
export interface PlacedSubtask {
  readonly key: SubtaskKey;
  readonly vertex: VertexInfo;
  readonly role: VertexRole;
  readonly subtask: SubtaskInfo;
  readonly slot: number | undefined;
}

/** All that runs of one column on one TaskManager: with slot sharing, or more slots than vertices, several subtasks. */
export interface MachineCell {
  readonly column: number;
  readonly subtasks: readonly PlacedSubtask[];
}

export interface MachineRow {
  readonly taskManager: TaskManagerInfo;
  readonly cells: readonly MachineCell[];
  /** Subtasks above each other in the fullest cell, 1 at least. */
  readonly lanes: number;
}

/** From one subtask to another. */
export interface Channel {
  readonly id: string;
  readonly edge: MachineEdge;
  readonly source: SubtaskKey;
  readonly target: SubtaskKey;
  readonly sourceIndex: number;
  readonly targetIndex: number;
}

/** A HASH edge: where records are told apart by key. */
export interface Gate {
  readonly id: string;
  readonly edge: MachineEdge;
  /** It stands behind this column. */
  readonly column: number;
  readonly maxParallelism: number;
  readonly ranges: readonly KeyGroupRange[];
  readonly vertex: VertexInfo;
}

/** How much of a task can be told apart: a box with its channel and tank, a line, a cell of a few pixels. */
export type Zoom = 'near' | 'middle' | 'far';

export interface MachineLayout {
  readonly columns: readonly MachineColumn[];
  readonly rows: readonly MachineRow[];
  readonly roles: ReadonlyMap<string, VertexRole>;
  readonly channels: readonly Channel[];
  readonly gates: readonly Gate[];
  readonly places: Places;
  readonly zoom: Zoom;
}

/** More than this are not told apart by eye: they are drawn as bundles. */
const MAX_CHANNELS = 400;
const NEAR_LANES = 8;
const MIDDLE_LANES = 28;

/** The machine's plan: rows are TaskManagers (what can die), columns the job's vertices (what data passes). Pure. */
export function layoutOf(told: JobInfo | undefined, taskManagers: readonly TaskManagerInfo[], last?: Places): MachineLayout {
  const job = told === undefined ? undefined : wholeJob(told);
  const topology = topologyOf(job?.vertices ?? []);
  const sorted = [...taskManagers].sort((a, b) => a.firstSlot - b.firstSlot || a.id.localeCompare(b.id, 'en', { numeric: true }));
  const places: Places = job === undefined ? new Map() : placesOf(job, sorted, last);
  const rows = sorted.map((taskManager) => rowOf(taskManager, topology, places));
  return {
    columns: topology.columns,
    rows,
    roles: topology.roles,
    channels: channelsOf(topology),
    gates: gatesOf(topology),
    places,
    zoom: zoomOf(rows),
  };
}

function rowOf(taskManager: TaskManagerInfo, topology: Topology, places: Places): MachineRow {
  const cells = topology.columns.map((column, index): MachineCell => {
    const subtasks = column.vertices.flatMap((vertex) =>
      vertex.subtasks.flatMap((subtask): PlacedSubtask[] => {
        const key = subtaskKey(vertex.id, subtask.index);
        const place = places.get(key);
        if (place?.taskManagerId !== taskManager.id) return [];
        return [{ key, vertex, role: topology.roles.get(vertex.id) ?? 'operator', subtask, slot: place.slot }];
      }),
    );
    return { column: index, subtasks };
  });
  return { taskManager, cells, lanes: Math.max(1, ...cells.map((cell) => cell.subtasks.length)) };
}

function channelsOf(topology: Topology): readonly Channel[] {
  const vertices = new Map(topology.columns.flatMap((column) => column.vertices).map((vertex) => [vertex.id, vertex]));
  const channels: Channel[] = [];
  for (const edge of topology.edges) {
    const source = vertices.get(edge.sourceVertexId);
    const target = vertices.get(edge.targetVertexId);
    if (source === undefined || target === undefined) continue;
    if (edge.strategy === 'FORWARD') {
      for (let i = 0; i < Math.min(source.parallelism, target.parallelism); i++) channels.push(channel(edge, i, i));
    } else if (source.parallelism * target.parallelism <= MAX_CHANNELS) {
      for (let i = 0; i < source.parallelism; i++) for (let j = 0; j < target.parallelism; j++) channels.push(channel(edge, i, j));
    }
  }
  return channels;
}

function channel(edge: MachineEdge, sourceIndex: number, targetIndex: number): Channel {
  return {
    id: channelId(edge.id, sourceIndex, targetIndex),
    edge,
    source: subtaskKey(edge.sourceVertexId, sourceIndex),
    target: subtaskKey(edge.targetVertexId, targetIndex),
    sourceIndex,
    targetIndex,
  };
}

export function channelId(edgeId: string, sourceIndex: number, targetIndex: number): string {
  return `${edgeId}:${sourceIndex}>${targetIndex}`;
}

function gatesOf(topology: Topology): readonly Gate[] {
  return topology.edges
    .filter((edge) => edge.strategy === 'HASH')
    .flatMap((edge) => {
      const column = topology.columns.find((c) => c.vertices.some((vertex) => vertex.id === edge.sourceVertexId));
      const vertex = topology.columns.flatMap((c) => c.vertices).find((v) => v.id === edge.targetVertexId);
      if (column === undefined || vertex === undefined) return [];
      const { maxParallelism, parallelism } = vertex;
      return [{ id: edge.id, edge, column: column.level, maxParallelism, vertex, ranges: keyGroupRanges(maxParallelism, parallelism) }];
    });
}

function zoomOf(rows: readonly MachineRow[]): Zoom {
  const lanes = rows.reduce((sum, row) => sum + row.lanes, 0);
  if (lanes <= NEAR_LANES) return 'near';
  return lanes <= MIDDLE_LANES ? 'middle' : 'far';
}
