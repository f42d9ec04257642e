// Hot: once a frame for each barrier, pulse and snapshot on its way. Allocates nothing but the label of the leading barrier.
import type { Geometry } from '../model/geometry.js';
import { pointAt } from '../model/paths.js';
import type { Stream } from '../model/streams.js';
import type { Wire, Wires } from '../model/wires.js';
import type { BarrierPlan } from '../motion/barrier-plan.js';
import type { DrawnRecovery } from '../motion/drawn.js';
import { PULSE, type Pulse } from '../motion/pulses.js';
import type { Palette } from './palette.js';
import { traceAcross } from './shapes.js';

type Context = CanvasRenderingContext2D;

const at = { x: 0, y: 0, nx: 0, ny: 0 };
const FALL = 1_000;
const ACK_WAY = 520;

interface CheckpointScene {
  readonly wires: Wires;
  readonly geometry: Geometry;
  readonly palette: Palette;
  readonly everyChannel: boolean;
}

/** Barriers across every channel, the word that starts them, snapshots going down, acknowledgements coming back. */
export function paintCheckpoint(
  context: Context,
  plan: BarrierPlan,
  streams: readonly Stream[],
  { wires, geometry, palette, everyChannel }: CheckpointScene,
  now: number,
): void {
  if (now < plan.triggered) {
    for (const wire of wires.trigger.values()) dotOn(context, wire, (now - plan.start) / (plan.triggered - plan.start), 3, palette);
  }
  let topX = 0;
  let topY = Number.POSITIVE_INFINITY;
  let below = 0;
  for (const crossing of plan.crossings) {
    if (now < crossing.depart || now >= crossing.absorbed) continue;
    const stream = streamOf(streams, crossing.route.channel.id);
    const wet = stream !== undefined && !stream.dry;
    const { path } = crossing.route;
    const u = (now - crossing.depart) / (crossing.arrive - crossing.depart);
    if (u >= 1 && !wet && !everyChannel) continue;
    pointAt(path, Math.min(path.length * u, path.length - 3), at);
    bar(
      context,
      wet ? (geometry.turned ? 14 : (stream?.bed ?? 15) + 4) : 5,
      wet && !stream.thin ? 3.4 : everyChannel ? 2.4 : 1.4,
      wet || everyChannel ? 1 : 0.42,
      palette,
    );
    const s = path.length * u;
    if (wet && crossing.route.channel.edge.strategy !== 'FORWARD' && at.y < topY && s > stream.from + 12 && s < stream.to - 12) {
      topX = at.x;
      topY = at.y;
      below = stream.bed + 17;
    }
  }
  if (topY < Number.POSITIVE_INFINITY)
    label(context, plan.isSavepoint ? `sp-${plan.checkpointId}` : `chk-${plan.checkpointId}`, topX, topY + below, geometry.width, palette);
  for (const [key, since] of plan.snapshots) {
    const wire = wires.riser.get(key);
    if (wire === undefined || now < since || now > since + FALL * 1.3) continue;
    for (let n = 0; n < 4; n++) dotOn(context, wire, (now - since) / FALL - n * 0.08, 2.8, palette);
  }
  for (const [key, since] of plan.acks) {
    if (now >= since || now < since - ACK_WAY) continue;
    const wire = spineOf(key, geometry, wires);
    if (wire !== undefined) dotOn(context, wire, 1 - (since - now) / ACK_WAY, 2.4, palette);
  }
}

function streamOf(streams: readonly Stream[], channelId: string): Stream | undefined {
  for (const stream of streams) if (stream.route.channel.id === channelId) return stream;
  return undefined;
}

/** The TaskManager whose band the subtask's slot stands in. */
function spineOf(key: string, geometry: Geometry, wires: Wires): Wire | undefined {
  const slot = geometry.slots.get(key);
  if (slot === undefined) return undefined;
  const { box } = slot;
  for (const [id, band] of geometry.bands) {
    if (box.top >= band.top && box.bottom <= band.bottom && box.left >= band.left && box.right <= band.right) return wires.spine.get(id);
  }
  return undefined;
}

export function paintHeartbeats(context: Context, pulses: readonly Pulse[], wires: Wires, palette: Palette, now: number): void {
  for (const pulse of pulses) {
    const wire = wires.spine.get(pulse.taskManagerId);
    const u = (now - pulse.at) / PULSE;
    if (wire === undefined || u < 0 || u > 1) continue;
    pointAt(wire.path, wire.path.length * u, at);
    context.globalAlpha = Math.min(1, (1 - u) * 5);
    context.fillStyle = palette.water;
    context.beginPath();
    context.arc(at.x, at.y, 3, 0, 2 * Math.PI);
    context.fill();
  }
  context.globalAlpha = 1;
}

/** State coming back: up the riser from the checkpoint that was chosen, into every tank. */
export function paintRestore(context: Context, recovery: DrawnRecovery, wires: Wires, palette: Palette, now: number): void {
  if (recovery.phase !== 'restoring') return;
  for (const wire of wires.riser.values()) {
    for (let n = 0; n < 7; n++) {
      const u = (now / 1_600 + n / 7) % 1;
      pointAt(wire.path, wire.path.length * (1 - u), at);
      context.fillStyle = palette.halo;
      context.beginPath();
      context.arc(at.x, at.y, 4.4, 0, 2 * Math.PI);
      context.fill();
      context.fillStyle = palette.barrier;
      context.beginPath();
      context.arc(at.x, at.y, 3, 0, 2 * Math.PI);
      context.fill();
    }
  }
}

function dotOn(context: Context, wire: Wire, u: number, radius: number, palette: Palette): void {
  if (u < 0 || u > 1) return;
  pointAt(wire.path, wire.path.length * u, at);
  context.fillStyle = palette.barrier;
  context.beginPath();
  context.arc(at.x, at.y, radius, 0, 2 * Math.PI);
  context.fill();
}

function bar(context: Context, half: number, width: number, alpha: number, palette: Palette): void {
  context.lineCap = 'butt';
  context.globalAlpha = alpha;
  context.strokeStyle = palette.halo;
  context.lineWidth = width + 2.4;
  traceAcross(context, at.x, at.y, at.nx, at.ny, half);
  context.stroke();
  context.strokeStyle = palette.barrier;
  context.lineWidth = width;
  context.stroke();
  context.globalAlpha = 1;
}

function label(context: Context, text: string, x: number, y: number, width: number, palette: Palette): void {
  context.font = `600 12px ${palette.font}`;
  const half = context.measureText(text).width / 2 + 6;
  const middle = Math.max(half + 4, Math.min(width - half - 4, x));
  context.fillStyle = palette.barrier;
  context.beginPath();
  context.roundRect(middle - half, y - 9, half * 2, 18, 4);
  context.fill();
  context.fillStyle = palette.halo;
  context.textAlign = 'center';
  context.textBaseline = 'middle';
  context.fillText(text, middle, y + 0.5);
}
