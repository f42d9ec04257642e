import type { Gate } from './layout.js';
import type { SubtaskKey } from './placement.js';

/** A measured box, px from the drawing's upper left corner. */
export interface Box {
  readonly left: number;
  readonly top: number;
  readonly right: number;
  readonly bottom: number;
}

export interface SlotGeometry {
  readonly box: Box;
  /** The strip of the slot that water runs through: no text stands on it. */
  readonly channel: Box;
  /** Where keyed state is kept; its right wall ends at the crest. */
  readonly tank: Box | undefined;
}

/** Where everything stands, as measured from the page: whatever the layout, the drawing follows. */
export interface Geometry {
  readonly width: number;
  readonly height: number;
  /** Under 900 px: columns are machines and the water falls. */
  readonly turned: boolean;
  readonly bands: ReadonlyMap<string, Box>;
  readonly slots: ReadonlyMap<SubtaskKey, SlotGeometry>;
  readonly gates: ReadonlyMap<string, Box>;
  readonly jobManager: Box | undefined;
  readonly store: Box | undefined;
  /** By checkpoint id. */
  readonly tiles: ReadonlyMap<number, Box>;
}

export const centerX = (box: Box): number => (box.left + box.right) / 2;
export const centerY = (box: Box): number => (box.top + box.bottom) / 2;

/** How far the ruler's first and last group stand from its ends. */
const LYING_MARGIN = 6;
const UPRIGHT_MARGIN = 8;

/** Where on its ruler a key group stands: y of an upright gate, x of a lying one. */
export function keyGroupPosition(gate: Box, turned: boolean, keyGroup: number, maxParallelism: number): number {
  const share = (keyGroup + 0.5) / maxParallelism;
  return turned
    ? gate.left + LYING_MARGIN + (gate.right - gate.left - 2 * LYING_MARGIN) * share
    : gate.top + UPRIGHT_MARGIN + (gate.bottom - gate.top - 2 * UPRIGHT_MARGIN) * share;
}

/** The middle of the key groups that one subtask owns. */
export function rangeMiddle(gate: Gate, subtask: number): number {
  const range = gate.ranges[subtask];
  return range === undefined ? 0 : (range.start + range.end) / 2;
}
