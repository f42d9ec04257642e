import { type Box, centerX, centerY, type Geometry, keyGroupPosition, rangeMiddle, type SlotGeometry } from './geometry.js';
import { type Channel, channelId, type Gate, type MachineLayout } from './layout.js';
import { bend, line, type SampledPath, type Segment, samplePath } from './paths.js';
import { drawnSpeed } from './scale.js';

/** A channel with its way over the drawing. */
export interface Route {
  readonly index: number;
  readonly channel: Channel;
  readonly path: SampledPath;
  /** Key group that it crosses the gate at, for a route of a followed key; else the middle of the target's range, a little apart per source. */
  readonly keyGroup: number | undefined;
  /** It ends behind the sluice of a sink. */
  readonly intoSink: boolean;
}

export interface Routes {
  readonly all: readonly Route[];
  readonly byChannel: ReadonlyMap<string, Route>;
  /** Drawn speed of all that moves on them, px a ms: for the eye, not the latency. */
  readonly speed: number;
  /** Ways of followed keys that cross the gate at their own group: by `channel id#key group`. */
  readonly byKeyGroup: ReadonlyMap<string, Route>;
}

export const NO_ROUTES: Routes = { all: [], byChannel: new Map(), byKeyGroup: new Map(), speed: drawnSpeed(0, false) };

/** Where the water starts in a slot, px from its edge; where a sink's sluice stands in it. */
const SPRING = 20;
const SLUICE = 78;
/** Height of the crest in a tank, from its top: level 3 of 4. */
const CREST = 17 / 58;
const OVERFLOW = 40;
/** Dry channels into one subtask cross the gate this many key groups apart, of a hundred. */
const SPREAD = 3;

/** How a channel runs between two slots; `crossing` is where it goes through its gate, if it has one. */
export type Way = (
  source: SlotGeometry,
  target: SlotGeometry,
  gate: Box | undefined,
  crossing: number | undefined,
  turned: boolean,
  intoSink: boolean,
  channel: Channel,
) => SampledPath;

export function routesOf(layout: MachineLayout, geometry: Geometry, followedKeyGroups: readonly number[], wayOf: Way = machineWay): Routes {
  const all: Route[] = [];
  const byChannel = new Map<string, Route>();
  const byKeyGroup = new Map<string, Route>();
  const add = (channel: Channel, keyGroup: number | undefined, crossing: number | undefined): Route | undefined => {
    const source = geometry.slots.get(channel.source);
    const target = geometry.slots.get(channel.target);
    if (source === undefined || target === undefined) return undefined;
    const intoSink = layout.roles.get(channel.edge.targetVertexId) === 'sink';
    const gate = geometry.gates.get(channel.edge.id);
    const path = wayOf(source, target, gate, crossing, geometry.turned, intoSink, channel);
    const route: Route = { index: all.length, channel, path, keyGroup, intoSink };
    all.push(route);
    return route;
  };
  const gates = new Map(layout.gates.map((gate) => [gate.id, gate]));
  for (const channel of layout.channels) {
    const gate = gates.get(channel.edge.id);
    const box = geometry.gates.get(channel.edge.id);
    const own = gate === undefined ? undefined : ownGroup(gate, channel, followedKeyGroups);
    const at = gate === undefined || box === undefined ? undefined : crossingOf(gate, channel, box, geometry.turned, own);
    const route = add(channel, own, at);
    if (route !== undefined) byChannel.set(channel.id, route);
    if (gate === undefined || box === undefined) continue;
    for (const keyGroup of followedKeyGroups) {
      if (!owns(gate, channel.targetIndex, keyGroup)) continue;
      const id = `${channel.id}#${keyGroup}`;
      const extra =
        keyGroup === own ? route : add(channel, keyGroup, keyGroupPosition(box, geometry.turned, keyGroup, gate.maxParallelism));
      if (extra !== undefined) byKeyGroup.set(id, extra);
    }
  }
  const longest = all.reduce((most, route) => Math.max(most, route.path.length), 0);
  return { all, byChannel, byKeyGroup, speed: drawnSpeed(longest, geometry.turned) };
}

export function routeFor(
  routes: Routes,
  edgeId: string,
  sourceIndex: number,
  targetIndex: number,
  keyGroup: number | undefined,
): Route | undefined {
  const id = channelId(edgeId, sourceIndex, targetIndex);
  return (keyGroup === undefined ? undefined : routes.byKeyGroup.get(`${id}#${keyGroup}`)) ?? routes.byChannel.get(id);
}

function owns(gate: Gate, subtask: number, keyGroup: number): boolean {
  const range = gate.ranges[subtask];
  return range !== undefined && keyGroup >= range.start && keyGroup <= range.end;
}

/** A straight channel crosses at the key it carries, if it is one alone, so that its bed and its records lie on one another. */
function ownGroup(gate: Gate, channel: Channel, followed: readonly number[]): number | undefined {
  if (channel.sourceIndex !== channel.targetIndex) return undefined;
  const owned = followed.filter((keyGroup) => owns(gate, channel.targetIndex, keyGroup));
  return owned.length === 1 ? owned[0] : undefined;
}

function crossingOf(gate: Gate, channel: Channel, box: Box, turned: boolean, own: number | undefined): number {
  if (own !== undefined) return keyGroupPosition(box, turned, own, gate.maxParallelism);
  const apart = ((channel.sourceIndex - channel.targetIndex) * SPREAD * gate.maxParallelism) / 100;
  const range = gate.ranges[channel.targetIndex]!;
  const group = Math.min(range.end, Math.max(range.start, rangeMiddle(gate, channel.targetIndex) + apart));
  return keyGroupPosition(box, turned, group, gate.maxParallelism);
}

function machineWay(
  source: SlotGeometry,
  target: SlotGeometry,
  gate: Box | undefined,
  crossing: number | undefined,
  turned: boolean,
  intoSink: boolean,
): SampledPath {
  return turned ? falling(source, target, gate, crossing, intoSink) : flowing(source, target, gate, crossing, intoSink);
}

function flowing(source: SlotGeometry, target: SlotGeometry, gate: Box | undefined, crossing: number | undefined, intoSink: boolean) {
  const y0 = centerY(source.channel);
  const y1 = centerY(target.channel);
  const segments: Segment[] = [];
  let x = source.box.left + SPRING;
  let y = y0;
  if (source.tank !== undefined) {
    x = source.tank.right;
    y = source.tank.top + (source.tank.bottom - source.tank.top) * CREST + 4;
    segments.push(bend(x, y, Math.max(source.box.right, x + OVERFLOW), y0, false));
  } else {
    segments.push(line(source.box.right, y0));
  }
  const from = Math.max(source.box.right, source.tank === undefined ? 0 : source.tank.right + OVERFLOW);
  if (gate !== undefined && crossing !== undefined) {
    segments.push(bend(from, y0, gate.left, crossing, false), line(gate.right, crossing));
    segments.push(bend(gate.right, crossing, target.box.left, y1, false));
  } else {
    segments.push(bend(from, y0, target.box.left, y1, false));
  }
  const end = intoSink ? Math.min(target.box.left + SLUICE, target.box.right - 24) : (target.tank?.left ?? target.box.left + SPRING);
  segments.push(line(end, y1));
  return samplePath(x, y, segments);
}

function falling(source: SlotGeometry, target: SlotGeometry, gate: Box | undefined, crossing: number | undefined, intoSink: boolean) {
  const x0 = centerX(source.channel);
  const x1 = centerX(target.channel);
  const fromTank = source.tank !== undefined;
  const y0 = fromTank ? source.box.bottom : centerY(source.channel) - 12;
  const segments: Segment[] = fromTank ? [] : [line(x0, source.box.bottom)];
  const top = target.tank?.top ?? target.channel.top;
  if (gate !== undefined && crossing !== undefined) {
    segments.push(bend(x0, source.box.bottom, crossing, gate.top, true), line(crossing, gate.bottom));
    segments.push(bend(crossing, gate.bottom, x1, target.box.top, true), line(x1, top + 2));
  } else {
    segments.push(bend(x0, source.box.bottom, x1, target.box.top, true), line(x1, intoSink ? centerY(target.channel) : top + 2));
  }
  return samplePath(x0, y0, segments);
}
