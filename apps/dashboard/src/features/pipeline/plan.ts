import type { Box, Geometry, SlotGeometry } from '../machine/model/geometry.js';
import type { Channel, MachineLayout } from '../machine/model/layout.js';
import { bend, line, type SampledPath, samplePath } from '../machine/model/paths.js';
import { subtaskKey } from '../machine/model/placement.js';

/** Where each part of the job graph stands, px: no page is measured, the drawing is panned and zoomed as one. */
export interface PipelinePlan {
  readonly geometry: Geometry;
  readonly heads: ReadonlyMap<string, Box>;
}

interface Sizes {
  /** Along the flow. */
  readonly source: number;
  readonly keyed: number;
  readonly other: number;
  readonly exchange: number;
  readonly forward: number;
  readonly ruler: number;
  readonly head: number;
  /** Across it. */
  readonly lane: number;
  readonly box: number;
}

const LYING: Sizes = { source: 180, keyed: 236, other: 180, exchange: 360, forward: 120, ruler: 44, head: 58, lane: 122, box: 106 };
const LYING_MANY: Sizes = { ...LYING, lane: 58, box: 50 };
const TURNED: Sizes = { source: 104, keyed: 124, other: 96, exchange: 190, forward: 66, ruler: 34, head: 0, lane: 118, box: 112 };
const MANY = 6;
const EDGE = 16;
/** Half of a channel's strip: it sets how wide water may become here. */
const STRIP = 9;
/** Channels end this far apart in a gate, at most. */
const APART = 13;

/** Lanes are subtasks, columns topological levels; turned by 90° where there is no room for it lying. Pure. */
export function pipelinePlan(layout: MachineLayout, turned: boolean): PipelinePlan {
  const most = Math.max(1, ...layout.columns.map((column) => column.vertices.reduce((sum, vertex) => sum + vertex.parallelism, 0)));
  const sizes = turned ? TURNED : most > MANY ? LYING_MANY : LYING;
  const slots = new Map<string, SlotGeometry>();
  const heads = new Map<string, Box>();
  const gates = new Map<string, Box>();
  const place = (along: number, across: number, length: number, breadth: number): Box =>
    turned
      ? { left: across, top: along, right: across + breadth, bottom: along + length }
      : { left: along, top: across, right: along + length, bottom: across + breadth };
  const start = EDGE + sizes.head;
  let along = EDGE;
  for (const [index, column] of layout.columns.entries()) {
    const roles = column.vertices.map((vertex) => layout.roles.get(vertex.id));
    const length = roles.includes('keyed') ? sizes.keyed : roles.includes('source') ? sizes.source : sizes.other;
    let lane = 0;
    for (const vertex of column.vertices) {
      if (!turned)
        heads.set(vertex.id, {
          left: along,
          top: lane === 0 ? EDGE : start + lane * sizes.lane - 20,
          right: along + length,
          bottom: start - 8,
        });
      for (let i = 0; i < vertex.parallelism; i++, lane++) {
        const across = start + lane * sizes.lane;
        const box = place(along, across, length, sizes.box);
        const middle = across + sizes.box / 2;
        const channel = place(along, middle - STRIP, length, 2 * STRIP);
        slots.set(subtaskKey(vertex.id, i), { box, channel, tank: undefined });
      }
    }
    along += length;
    if (index === layout.columns.length - 1) break;
    const gap = column.exchangeAfter ? sizes.exchange : sizes.forward;
    const own = layout.gates.filter((gate) => gate.column === index);
    own.forEach((gate, ordinal) => {
      const at = along + (gap * (ordinal + 1)) / (own.length + 1) - sizes.ruler / 2;
      gates.set(gate.id, place(at, start - 4, sizes.ruler, most * sizes.lane));
    });
    along += gap;
  }
  const across = start + most * sizes.lane + EDGE;
  const end = along + EDGE;
  return {
    heads,
    geometry: {
      width: turned ? across : end,
      height: turned ? end : across,
      turned,
      bands: new Map(),
      slots,
      gates,
      jobManager: undefined,
      store: undefined,
      tiles: new Map(),
    },
  };
}

/** Every channel ends at its own place in its task's gate, side by side, so that alignment and overtaking can be seen. */
export function pipelineWay(layout: MachineLayout) {
  const into = new Map<string, number>();
  for (const channel of layout.channels) into.set(channel.target, (into.get(channel.target) ?? 0) + 1);
  return (
    source: SlotGeometry,
    target: SlotGeometry,
    gate: Box | undefined,
    crossing: number | undefined,
    turned: boolean,
    _intoSink: boolean,
    channel: Channel,
  ): SampledPath => {
    const ends = into.get(channel.target) ?? 1;
    const breadth = turned ? target.box.right - target.box.left : target.box.bottom - target.box.top;
    const apart = Math.min(APART, (breadth - 16) / Math.max(1, ends));
    const off = channel.edge.strategy === 'FORWARD' ? 0 : (channel.sourceIndex - (ends - 1) / 2) * apart;
    const middle = (box: Box) => (turned ? (box.left + box.right) / 2 : (box.top + box.bottom) / 2);
    const from = turned ? source.box.bottom : source.box.right;
    const to = (turned ? target.box.top : target.box.left) - 12;
    const out = middle(source.box);
    const end = middle(target.box) + off;
    const point = (along: number, across: number) => (turned ? ([across, along] as const) : ([along, across] as const));
    const [x0, y0] = point(from, out);
    const [x1, y1] = point(to, end);
    const last = line(...point(to + 12, end));
    if (gate === undefined || crossing === undefined) return samplePath(x0, y0, [bend(x0, y0, x1, y1, turned), last]);
    const near = point(turned ? gate.top : gate.left, crossing);
    const far = point(turned ? gate.bottom : gate.right, crossing);
    return samplePath(x0, y0, [bend(x0, y0, ...near, turned), line(...far), bend(...far, x1, y1, turned), last]);
  };
}
