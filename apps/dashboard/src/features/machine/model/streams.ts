import type { TaskMetrics } from '@weir/protocol';
import type { MotionInput } from '../motion/input.js';
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
  /** Its buffers are full: the task behind it cannot keep up. */
  readonly full: boolean;
  /** Its bed narrows to this where it leaves a tank. */
  readonly fromTank: boolean;
}

const WIDEST_BED = 15;
const WIDEST_TURNED = 11;
const FULL = 0.9;
/** Under this many dry channels each is drawn; above, the water alone. */
const MANY_DRY = 36;

/** One stream per channel that can be told apart. Pure. */
export function streamsOf(input: MotionInput, geometry: Geometry, flow: RecordFlow, now: number): readonly Stream[] {
  const metrics = metricsOf(input);
  const streams = [...input.routes.byChannel.values()].map((route): Stream => {
    const { edge, target, targetIndex, source } = route.channel;
    const slot = geometry.slots.get(target);
    const height = slot === undefined ? 30 : slot.channel.bottom - slot.channel.top;
    const bed = geometry.turned ? WIDEST_TURNED : Math.max(3, Math.min(WIDEST_BED, height / 2 - 3));
    const rate = flow.routeRate(route, input, now);
    const followed = input.followed.filter((key) => key.subtask === targetIndex);
    const keyed = edge.strategy === 'HASH';
    const carries = keyed ? followed : input.followed.filter((key) => key.subtask === route.channel.sourceIndex);
    const hue = carries.length === 1 ? carries[0]!.hue : 0;
    const full = isFull(metrics.get(target), metrics.get(source)) && rate > 0;
    const told = flow.carries(route);
    const water = full ? bed + 1 : Math.min(bed, halfWidth(Math.max(rate, told ? 0.05 : 0), geometry.turned));
    const dry = edge.strategy !== 'FORWARD' && water === 0;
    return { route, hue, rate, bed, water, dry, full, fromTank: geometry.slots.get(source)?.tank !== undefined };
  });
  const dry = streams.filter((stream) => stream.dry).length;
  return dry > MANY_DRY ? streams.filter((stream) => !stream.dry) : streams;
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
