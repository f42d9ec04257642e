import { type Box, centerX, centerY, type Geometry } from './geometry.js';
import type { MachineLayout } from './layout.js';
import { line, type SampledPath, samplePath } from './paths.js';
import type { SubtaskKey } from './placement.js';

/** The thin, straight lines of control. Marks travel along the paths; `d` draws the same for SVG. */
export interface Wire {
  readonly d: string;
  readonly path: SampledPath;
}

export interface Wires {
  /** TaskManager → JobManager, by TaskManager: heartbeats and acknowledgements. */
  readonly spine: ReadonlyMap<string, Wire>;
  /** Coordinator → source, by subtask: the word that starts a checkpoint. */
  readonly trigger: ReadonlyMap<SubtaskKey, Wire>;
  /** Task → store, by subtask: snapshots go down, state comes back up. */
  readonly riser: ReadonlyMap<SubtaskKey, Wire>;
}

export const NO_WIRES: Wires = { spine: new Map(), trigger: new Map(), riser: new Map() };

/** How far the wires stand from what they pass, px. */
const SPINE = 14;
const BESIDE = 8;
const RISER = 10;

export function wiresOf(layout: MachineLayout, geometry: Geometry): Wires {
  const spine = new Map<string, Wire>();
  const trigger = new Map<SubtaskKey, Wire>();
  const riser = new Map<SubtaskKey, Wire>();
  const { jobManager, store, turned } = geometry;
  for (const row of layout.rows) {
    const band = geometry.bands.get(row.taskManager.id);
    if (band === undefined) continue;
    if (jobManager !== undefined) spine.set(row.taskManager.id, turned ? straightUp(band, jobManager) : round(band, jobManager));
    for (const placed of row.cells.flatMap((cell) => cell.subtasks)) {
      const slot = geometry.slots.get(placed.key);
      if (slot === undefined) continue;
      if (placed.role === 'source' && jobManager !== undefined) {
        trigger.set(placed.key, turned ? besideDown(slot.box, jobManager) : alongDown(slot, jobManager));
      }
      if (slot.tank !== undefined && store !== undefined) {
        riser.set(placed.key, turned ? fallTo(slot.box, store) : sinkTo(slot, store));
      }
    }
  }
  return { spine, trigger, riser };
}

function round(band: Box, jobManager: Box): Wire {
  const x = band.left - SPINE;
  const y = centerY(band);
  return wire([
    [band.left, y],
    [x, y],
    [x, centerY(jobManager)],
    [jobManager.left, centerY(jobManager)],
  ]);
}

function straightUp(band: Box, jobManager: Box): Wire {
  return wire([
    [centerX(band), band.top],
    [centerX(band), jobManager.bottom],
  ]);
}

function alongDown(slot: { readonly box: Box; readonly channel: Box }, jobManager: Box): Wire {
  const x = slot.box.left - BESIDE;
  return wire([
    [x, jobManager.bottom],
    [x, centerY(slot.channel)],
    [slot.box.left, centerY(slot.channel)],
  ]);
}

function besideDown(slot: Box, jobManager: Box): Wire {
  const x = slot.left - 4;
  return wire([
    [x, jobManager.bottom],
    [x, slot.top + 12],
    [slot.left, slot.top + 12],
  ]);
}

function sinkTo(slot: { readonly box: Box; readonly channel: Box }, store: Box): Wire {
  const x = slot.box.right + RISER;
  const y = slot.channel.bottom - 6;
  return wire([
    [slot.box.right, y],
    [x, y],
    [x, store.top],
  ]);
}

function fallTo(slot: Box, store: Box): Wire {
  const x = slot.right + 4;
  return wire([
    [slot.right, slot.bottom - 12],
    [x, slot.bottom - 12],
    [x, store.top],
  ]);
}

function wire(corners: readonly (readonly [number, number])[]): Wire {
  const [first, ...rest] = corners;
  return {
    d: `M${corners.map(([x, y]) => `${x.toFixed(1)} ${y.toFixed(1)}`).join('L')}`,
    path: samplePath(
      first![0],
      first![1],
      rest.map(([x, y]) => line(x, y)),
    ),
  };
}
