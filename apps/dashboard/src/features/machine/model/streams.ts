import type { TaskMetrics } from '@weir/protocol';
import { followsEachKey, type MotionInput } from '../motion/input.js';
import type { RecordFlow } from '../motion/record-flow.js';
import type { Hue } from './followed-keys.js';
import type { Geometry } from './geometry.js';
import type { Route } from './routes.js';
import { halfWidth } from './scale.js';

/** A channel as water: how wide its bed is, how much flows, in whose hue, and whether it is full to its banks. */
export interface Stream {
  readonly route: Route;
  readonly hue: Hue;
  /** Records a second. */
  readonly rate: number;
  /** Half the bed's width, px. */
  readonly bed: number;
  /** Half the water's width, px; 0 where nothing flows. */
  readonly water: number;
  /** Dry: the channel is there and carries barriers, but no records. */
  readonly dry: boolean;
  /** One of so many that beds would hide each other: a line is drawn. */
  readonly thin: boolean;
  /** Its buffers are full: the task behind it cannot keep up. */
  readonly full: boolean;
  /** The part of a dry way that lies between the slots, px along it: no line is drawn through a slot's words. */
  readonly from: number;
  readonly to: number;
  /** Its bed narrows to this where it leaves a tank. */
  readonly fromTank: boolean;
}

const WIDEST_BED = 15;
const WIDEST_TURNED = 11;
const FULL = 0.9;
/** Under this many dry channels each is drawn; above, the water alone. */
const MANY_DRY = 36;
/** From this many streams through a gate on, each is a line. */
const MANY_WET = 13;

/** One stream per channel that can be told apart. Pure. */
export function streamsOf(input: MotionInput, geometry: Geometry, flow: RecordFlow, now: number): readonly Stream[] {
  const metrics = metricsOf(input);
  const followsAll = followsEachKey(input);
  const streams = [...input.routes.byChannel.values()].map((route): Stream => {
    const { edge, target, targetIndex, source } = route.channel;
    const slot = geometry.slots.get(target);
    const height = slot === undefined ? 30 : slot.channel.bottom - slot.channel.top;
    const bed = geometry.turned ? WIDEST_TURNED : Math.max(3, Math.min(WIDEST_BED, height / 2 - 3));
    const rate = flow.routeRate(route, input, now);
    const followed = input.followed.filter((key) => key.subtask === targetIndex);
    const keyed = edge.strategy === 'HASH';
    const carries = keyed ? followed : input.followed.filter((key) => key.subtask === route.channel.sourceIndex);
    const hue = carries.length === 1 && followsAll ? carries[0]!.hue : 0;
    const full = isFull(metrics.get(target), metrics.get(source)) && rate > 0;
    const told = flow.carries(route);
    const water = full ? bed + 1 : Math.min(bed, halfWidth(Math.max(rate, told ? 0.05 : 0), geometry.turned));
    const dry = edge.strategy !== 'FORWARD' && water === 0;
    const [from, to] = between(route, geometry);
    return { route, hue, rate, bed, water, dry, thin: false, full, from, to, fromTank: geometry.slots.get(source)?.tank !== undefined };
  });
  const wet = streams.filter((stream) => !stream.dry && stream.route.channel.edge.strategy !== 'FORWARD').length;
  if (wet >= MANY_WET) return streams.filter((stream) => !stream.dry).map((stream) => thinned(stream));
  const dry = streams.filter((stream) => stream.dry).length;
  return dry > MANY_DRY ? streams.filter((stream) => !stream.dry) : streams;
}

function thinned(stream: Stream): Stream {
  if (stream.route.channel.edge.strategy === 'FORWARD') return stream;
  return { ...stream, thin: true, bed: 3, water: Math.min(3, stream.water * 0.2) };
}

/** Where a way leaves its source's slot and where it enters its target's. */
function between(route: Route, geometry: Geometry): readonly [number, number] {
  const { path } = route;
  const source = geometry.slots.get(route.channel.source)?.box;
  const target = geometry.slots.get(route.channel.target)?.box;
  if (source === undefined || target === undefined) return [0, path.length];
  let first = 0;
  let last = path.count - 1;
  const inside = (i: number, box: typeof source) =>
    path.x[i]! >= box.left && path.x[i]! <= box.right && path.y[i]! >= box.top && path.y[i]! <= box.bottom;
  while (first < last && inside(first, source)) first++;
  while (last > first && inside(last, target)) last--;
  return [path.s[first]!, path.s[last]!];
}

function metricsOf(input: MotionInput): ReadonlyMap<string, TaskMetrics> {
  const metrics = new Map<string, TaskMetrics>();
  for (const column of input.layout.columns) {
    for (const vertex of column.vertices)
      for (const subtask of vertex.subtasks) metrics.set(`${vertex.id}:${subtask.index}`, subtask.metrics);
  }
  return metrics;
}

/** The channel before a bottleneck: the target is always busy and its source waits for room. */
function isFull(target: TaskMetrics | undefined, source: TaskMetrics | undefined): boolean {
  if (target === undefined || source === undefined) return false;
  return target.busyTimeMsPerSecond > FULL * 1_000 && source.backPressuredTimeMsPerSecond > 300;
}
