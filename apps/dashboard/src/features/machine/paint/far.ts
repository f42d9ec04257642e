import type { MachineLayout, MachineRow, PlacedSubtask } from '../model/layout.js';
import type { Palette } from './palette.js';

/** Where things stand in the far drawing, px. */
export interface FarPlan {
  readonly width: number;
  readonly height: number;
  readonly rowHeight: number;
  readonly top: number;
  /** Left edge and width of each column of cells. */
  readonly columns: readonly { readonly left: number; readonly width: number; readonly cells: number }[];
}

const TOP = 10;
const META = 150;
const EDGE = 14;
const LEAST_ROW = 6;
const MOST_ROW = 18;
const BUNDLES = 8;
const BUSY = 0.9;

export function farPlan(layout: MachineLayout, width: number): FarPlan {
  const rowHeight = Math.max(LEAST_ROW, Math.min(MOST_ROW, 440 / Math.max(1, layout.rows.length)));
  const height = layout.rows.length * rowHeight + 2 * TOP;
  const room = width - META - EDGE;
  const exchanges = layout.columns.filter((column) => column.exchangeAfter).length;
  const gaps = Math.max(0, layout.columns.length - 1 - exchanges);
  const gap = 24;
  const exchange = exchanges === 0 ? 0 : Math.max(90, (room * 0.34) / exchanges);
  const cellsRoom = room - gaps * gap - exchanges * exchange;
  const most = layout.columns.map((_, index) => Math.max(1, ...layout.rows.map((row) => row.cells[index]!.subtasks.length)));
  const sum = most.reduce((a, b) => a + b, 0) || 1;
  let left = META;
  const columns = layout.columns.map((column, index) => {
    const own = (cellsRoom * most[index]!) / sum;
    const place = { left, width: own, cells: most[index]! };
    left += own + (column.exchangeAfter ? exchange : gap);
    return place;
  });
  return { width, height, rowHeight, top: TOP, columns };
}

/** From afar: a row per TaskManager, a cell per task filled by its busy share, the exchange in bundles, the gate as a bar of load per subtask. */
export function paintFar(
  context: CanvasRenderingContext2D,
  layout: MachineLayout,
  plan: FarPlan,
  palette: Palette,
  picked: string | undefined,
) {
  context.clearRect(0, 0, plan.width, plan.height);
  layout.columns.forEach((column, index) => {
    if (column.exchangeAfter) paintExchange(context, layout, plan, palette, index);
  });
  layout.rows.forEach((row, index) => {
    paintRow(context, row, index, plan, palette, row.taskManager.id === picked);
  });
}

function paintRow(context: CanvasRenderingContext2D, row: MachineRow, index: number, plan: FarPlan, palette: Palette, picked: boolean) {
  const y = plan.top + index * plan.rowHeight;
  const height = Math.max(3, plan.rowHeight - 2);
  const failed = row.taskManager.status === 'failed' || !row.taskManager.registered;
  const restless = row.taskManager.status === 'recovering';
  if (failed) {
    context.fillStyle = palette.void;
    context.fillRect(4, y - 1, plan.width - 8, plan.rowHeight);
    context.strokeStyle = palette.fail;
    context.lineWidth = 1.4;
    context.strokeRect(4, y - 1, plan.width - 8, plan.rowHeight);
  }
  if (picked) {
    context.strokeStyle = palette.ink;
    context.lineWidth = 1.4;
    context.strokeRect(4, y - 1, plan.width - 8, plan.rowHeight);
  }
  context.font = `11px ${palette.font}`;
  context.textBaseline = 'middle';
  context.textAlign = 'left';
  if (index % 8 === 0 && !failed) {
    context.fillStyle = palette.ink3;
    context.fillText(row.taskManager.id.replace('taskmanager-', 'TaskManager '), 14, y + plan.rowHeight / 2);
  }
  const load = row.taskManager.metrics?.cpuLoad;
  if (load !== undefined && !failed) {
    context.fillStyle = palette.line;
    context.fillRect(META - 46, y, 36, height);
    context.fillStyle = palette.water;
    context.fillRect(META - 46, y, 36 * Math.min(1, load), height);
  }
  row.cells.forEach((cell, column) => {
    const place = plan.columns[column]!;
    const step = place.width / place.cells;
    cell.subtasks.forEach((placed, lane) => {
      paintCell(context, placed, place.left + lane * step, y, Math.max(2, step - 2), height, palette, failed || restless);
    });
  });
}

function paintCell(
  context: CanvasRenderingContext2D,
  placed: PlacedSubtask,
  x: number,
  y: number,
  width: number,
  height: number,
  palette: Palette,
  still: boolean,
) {
  const busy = placed.subtask.metrics.busyTimeMsPerSecond / 1_000;
  const waiting = placed.subtask.metrics.backPressuredTimeMsPerSecond / 1_000;
  context.fillStyle = palette.bed;
  context.globalAlpha = still ? 0.25 : 1;
  context.fillRect(x, y, width, height);
  context.fillStyle = busy > BUSY ? palette.alert : palette.water;
  context.fillRect(x, y, width * Math.min(1, busy), height);
  context.fillStyle = palette.alert;
  for (let at = 0; at < width * waiting; at += 3) context.fillRect(x + width * busy + at, y, 1.4, height);
  context.globalAlpha = 1;
}

/** Bundles of sources to bundles of targets, as wide as what flows from one to the other by rate; the bar in the middle is the load of each target. */
function paintExchange(context: CanvasRenderingContext2D, layout: MachineLayout, plan: FarPlan, palette: Palette, index: number) {
  const gate = layout.gates.find((candidate) => candidate.column === index);
  const from = plan.columns[index]!.left + plan.columns[index]!.width + 4;
  const to = plan.columns[index + 1]!.left - 6;
  const middle = (from + to) / 2;
  const rows = layout.rows.length;
  const target = layout.columns[index + 1]?.vertices[0];
  if (target === undefined) return;
  const rates = target.subtasks.map((subtask) => subtask.metrics.numRecordsInPerSecond);
  const all = rates.reduce((a, b) => a + b, 0);
  const share = Array.from({ length: BUNDLES }, (_, b) => {
    const part = rates.filter((_, i) => Math.floor((i * BUNDLES) / rates.length) === b);
    return all === 0 ? 0 : part.reduce((x, y) => x + y, 0) / all;
  });
  const y = (bundle: number) => plan.top + ((bundle + 0.5) * rows * plan.rowHeight) / BUNDLES;
  context.lineCap = 'round';
  for (let a = 0; a < BUNDLES; a++) {
    for (let b = 0; b < BUNDLES; b++) {
      if (share[b] === 0) continue;
      context.strokeStyle = palette.water;
      context.globalAlpha = 0.22;
      context.lineWidth = Math.max(0.8, Math.min(7, share[b]! * 20));
      context.beginPath();
      context.moveTo(from, y(a) + (b - 3.5) * 3);
      context.bezierCurveTo(middle, y(a) + (b - 3.5) * 3, middle, y(b) + (a - 3.5) * 3, to, y(b) + (a - 3.5) * 3);
      context.stroke();
    }
  }
  context.globalAlpha = 1;
  if (gate === undefined) return;
  context.fillStyle = palette.panel;
  context.strokeStyle = palette.line;
  context.lineWidth = 1;
  context.beginPath();
  context.roundRect(middle - 25, 2, 50, plan.height - 4, 8);
  context.fill();
  context.stroke();
  const most = Math.max(...rates, 1e-9);
  const each = (rows * plan.rowHeight) / rates.length;
  rates.forEach((rate, i) => {
    const skewed = rate > (2 * all) / rates.length;
    context.fillStyle = skewed ? palette.alert : palette.ink3;
    context.fillRect(middle - 19, plan.top + i * each, Math.max(1, (38 * rate) / most), Math.max(0.6, each - 0.6));
  });
}

/** Rows worth a word, worst first: TaskManagers that are gone, then the busiest task. */
export function worst(
  layout: MachineLayout,
): readonly { readonly row: number; readonly kind: 'failed' | 'busy'; readonly placed: PlacedSubtask | undefined }[] {
  const found: { row: number; kind: 'failed' | 'busy'; placed: PlacedSubtask | undefined; busy: number }[] = [];
  layout.rows.forEach((row, index) => {
    if (row.taskManager.status === 'failed' || !row.taskManager.registered)
      found.push({ row: index, kind: 'failed', placed: undefined, busy: 2 });
    for (const placed of row.cells.flatMap((cell) => cell.subtasks)) {
      const busy = placed.subtask.metrics.busyTimeMsPerSecond / 1_000;
      if (busy > BUSY) found.push({ row: index, kind: 'busy', placed, busy });
    }
  });
  return found.sort((a, b) => b.busy - a.busy).slice(0, 5);
}
