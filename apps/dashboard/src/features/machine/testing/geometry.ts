import type { Box, Geometry, SlotGeometry } from '../model/geometry.js';
import type { MachineLayout } from '../model/layout.js';

/** Boxes as a page of 1000 × 400 px would have them. */
export function geometry(layout: MachineLayout, turned = false): Geometry {
  const box = (left: number, top: number, width: number, height: number): Box => ({ left, top, right: left + width, bottom: top + height });
  const slots = new Map<string, SlotGeometry>();
  const bands = new Map<string, Box>();
  layout.rows.forEach((row, r) => {
    const top = 100 + r * 120;
    bands.set(row.taskManager.id, box(30, top, 940, 110));
    for (const cell of row.cells) {
      cell.subtasks.forEach((placed, lane) => {
        const left = 200 + cell.column * 260;
        const channel = box(left, top + 40 + lane * 4, 150, 50);
        slots.set(placed.key, {
          box: box(left, top, 150, 100),
          channel,
          tank: placed.role === 'keyed' ? box(left + 30, top + 40, 90, 50) : undefined,
        });
      });
    }
  });
  return {
    width: 1_000,
    height: 700,
    turned,
    bands,
    slots,
    gates: new Map(layout.gates.map((gate) => [gate.id, box(380, 100, 58, 350)])),
    jobManager: box(30, 10, 940, 70),
    store: box(30, 500, 940, 90),
    tiles: new Map(),
  };
}
