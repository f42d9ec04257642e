// Hot: `paint` runs each frame. What does not change each frame is kept: beds and ground are canvases of their own.
import type { Geometry } from '../model/geometry.js';
import type { Route } from '../model/routes.js';
import { type Stream, streamsOf } from '../model/streams.js';
import type { Wires } from '../model/wires.js';
import { isStopped } from '../motion/drawn.js';
import { DRAIN, type MachineMotion } from '../motion/machine-motion.js';
import { paintBeds } from './beds.js';
import { paintChevrons } from './chevrons.js';
import { paintCheckpoint, paintHeartbeats, paintRestore } from './control.js';
import { paintGround } from './ground.js';
import type { Palette } from './palette.js';
import { paintAlerts, paintRecords } from './records.js';
import { paintSluices } from './sluice.js';
import type { Surface } from './surface.js';
import { isFlowing, paintStreamlines } from './water.js';

/** A frame should take no longer, ms: then streamlines go, then every second dot. */
const BUDGET = 12;
const CALM_RATE = 3;
const STREAMS_EVERY = 500;

export interface Scene {
  readonly geometry: Geometry;
  readonly wires: Wires;
  readonly palette: Palette;
  /** Hue of the key that is followed; the others fade. */
  readonly followedHue: number | undefined;
  readonly moving: boolean;
  /** Barriers of dry channels are seen waiting, too. */
  readonly everyChannel: boolean;
  /** The drawing is shown this much larger than its geometry. */
  readonly zoom: number;
}

/** Draws the machine's movement over its boxes: ground below, beds and water above. */
export class Painter {
  readonly #ground: Surface | undefined;
  readonly #beds: Surface;
  readonly #water: Surface;
  readonly #motion: MachineMotion;
  #scene: Scene | undefined;
  #streams: readonly Stream[] = [];
  #halves = new Map<string, number>();
  #streamsAt = 0;
  #bedsOf = '';
  #cost = 0;
  #calm = true;
  #stopped = false;

  constructor(motion: MachineMotion, ground: Surface | undefined, beds: Surface, water: Surface) {
    this.#motion = motion;
    this.#ground = ground;
    this.#beds = beds;
    this.#water = water;
  }

  show(scene: Scene): void {
    const last = this.#scene;
    this.#scene = scene;
    const { width, height } = scene.geometry;
    const resized = this.#ground?.fit(width, height, scene.zoom) ?? false;
    if (this.#ground !== undefined && (resized || last?.palette !== scene.palette)) {
      paintGround(this.#ground.context, width, height, scene.palette);
    }
    this.#beds.fit(width, height, scene.zoom);
    this.#water.fit(width, height, scene.zoom);
    this.#bedsOf = '';
    this.#streamsAt = 0;
  }

  /** Whether the next frame would look other than this. */
  isMoving(now: number): boolean {
    return this.#motion.isMoving(now) || (!this.#stopped && isFlowing(this.#streams));
  }

  paint(now: number): void {
    const scene = this.#scene;
    const input = this.#motion.input;
    if (scene === undefined || input === undefined) return;
    const began = performance.now();
    const recovery = this.#motion.recovery.drawn(now);
    this.#stopped = isStopped(recovery?.phase) || (input.job !== undefined && input.job.state !== 'RUNNING' && recovery === undefined);
    if (now - this.#streamsAt >= STREAMS_EVERY) this.#measure(scene, now);
    this.#paintBeds(scene);
    const { context } = this.#water;
    const { palette, geometry, wires } = scene;
    this.#water.clear();
    if (!scene.moving) {
      if (!this.#stopped) paintChevrons(context, this.#streams, palette);
      paintSluices(context, this.#streams, palette, geometry.turned, () => false);
      return;
    }
    const { speed } = input.routes;
    const start = this.#motion.recovery.startedAt(now);
    const style = {
      palette,
      water: (route: Route) => this.#halves.get(route.channel.id) ?? 6,
      strength: (hue: number) => (scene.followedHue === undefined || hue === scene.followedHue ? 1 : 0.25),
      calm: this.#calm,
      every: this.#cost > BUDGET * 1.5 ? 2 : 1,
      wet: start === undefined || !this.#stopped ? 1 : Math.max(0, 1 - (now - start) / DRAIN),
      plan: this.#motion.checkpoints.plan,
    };
    if (!this.#stopped && this.#cost <= BUDGET) {
      paintStreamlines(context, this.#streams, palette, now, speed, (stream) => style.strength(stream.hue));
    }
    const open = new Set<Route>();
    for (const mark of this.#motion.alerts.marks) if (now >= mark.released && now < mark.released + 900) open.add(mark.route);
    paintSluices(context, this.#streams, palette, geometry.turned, (stream) => open.has(stream.route));
    paintRecords(context, this.#motion.dots, now, style);
    paintAlerts(context, this.#motion.alerts.marks, now, speed, geometry.turned, style);
    const plan = style.plan;
    if (plan !== undefined && now < plan.end) paintCheckpoint(context, plan, this.#streams, scene, now);
    paintHeartbeats(context, this.#motion.heartbeats.pulses, wires, palette, now);
    if (recovery !== undefined) paintRestore(context, recovery, wires, palette, now);
    this.#cost += (performance.now() - began - this.#cost) * 0.1;
  }

  #measure(scene: Scene, now: number): void {
    const input = this.#motion.input!;
    this.#streamsAt = now;
    this.#streams = streamsOf(input, scene.geometry, this.#motion.flow, now);
    this.#halves = new Map(this.#streams.map((stream) => [stream.route.channel.id, stream.water]));
    this.#calm = this.#motion.flow.batch === 1 && this.#streams.every((stream) => stream.rate < CALM_RATE);
  }

  #paintBeds(scene: Scene): void {
    const of = `${this.#stopped} ${scene.followedHue} ${this.#streams.map((s) => `${s.route.index},${s.water.toFixed(1)},${s.full},${s.hue}`).join(' ')}`;
    if (of === this.#bedsOf) return;
    this.#bedsOf = of;
    this.#beds.clear();
    paintBeds(this.#beds.context, this.#streams, scene.palette, this.#stopped, ({ hue }) =>
      scene.followedHue === undefined || hue === scene.followedHue ? 1 : 0.25,
    );
  }
}
