// Hot: once a frame for each record on its way. Allocates nothing.
import { pointAt } from '../model/paths.js';
import type { Route } from '../model/routes.js';
import type { AlertMark } from '../motion/alert-queue.js';
import type { BarrierPlan } from '../motion/barrier-plan.js';
import { type Dots, SPLASH } from '../motion/dots.js';
import type { Palette } from './palette.js';
import { traceDiamond, traceMark, waterAt } from './shapes.js';

type Context = CanvasRenderingContext2D;

const at = { x: 0, y: 0, nx: 0, ny: 0 };
const behind = { x: 0, y: 0, nx: 0, ny: 0 };
const WAKE = 64;
const WAKE_PARTS = 7;
const SPRING = 900;
/** Alerts wait one behind the other, px apart, and no more than this many are drawn. */
const QUEUE = 16;
const QUEUED = 5;

export interface RecordStyle {
  readonly palette: Palette;
  /** Half the water's width by route. */
  readonly water: (route: Route) => number;
  /** 0 … 1 by hue: other keys fade while one is followed. */
  readonly strength: (hue: number) => number;
  /** Records are few enough for each to be an event: larger, with a wake and a splash. */
  readonly calm: boolean;
  /** Only every nth, when frames take too long. */
  readonly every: number;
  /** 1, falling to 0 while all streams drain after a failure. */
  readonly wet: number;
  readonly plan: BarrierPlan | undefined;
}

export function paintRecords(context: Context, dots: Dots, now: number, style: RecordStyle): void {
  const { palette } = style;
  for (let i = 0; i < dots.all.length; i += style.every) {
    const dot = dots.all[i]!;
    if (!dot.alive || dot.depart > now) continue;
    const { path } = dot.route!;
    const s = (now - dot.depart) * dot.speed;
    const strength = style.strength(dot.hue) * style.wet;
    const color = palette.hues[dot.hue]!;
    if (style.calm && now - dot.depart < SPRING) ring(context, path.x[0]!, path.y[0]!, (now - dot.depart) / SPRING, color, strength);
    if (s >= path.length) {
      const last = path.count - 1;
      const u = (s - path.length) / (dot.speed * SPLASH);
      if (style.calm || dot.abnormal) ring(context, path.x[last]!, path.y[last]!, u, color, strength);
      continue;
    }
    if (style.calm) wake(context, dot.route!, s, color, strength);
    pointAt(path, s, at);
    const off = style.calm ? 0 : dot.offset * waterAt(style.water(dot.route!), s);
    const x = at.x + at.nx * off;
    const y = at.y + at.ny * off;
    const size = style.calm ? 4.6 : dot.abnormal ? 3.6 : 2.7;
    context.globalAlpha = strength;
    traceMark(context, dot.hue, x, y, size);
    context.fillStyle = dot.replayed ? palette.sunken : color;
    context.fill();
    if (dot.replayed || style.calm) {
      context.strokeStyle = dot.replayed ? color : palette.halo;
      context.lineWidth = 1.5;
      context.stroke();
    }
    if (dot.abnormal) {
      context.strokeStyle = color;
      context.lineWidth = style.calm ? 1.6 : 1.2;
      traceMark(context, dot.hue, x, y, size + (style.calm ? 4 : 2.8));
      context.stroke();
    }
    if (style.plan !== undefined && isOvertaken(style.plan, dot.route!, dot.depart, s, now)) {
      context.strokeStyle = palette.barrier;
      context.lineWidth = 1.6;
      traceMark(context, dot.hue, x, y, size + 2);
      context.stroke();
    }
  }
  context.globalAlpha = 1;
}

/** It left before an overtaking barrier and is behind it now: it is in the snapshot. */
function isOvertaken(plan: BarrierPlan, route: Route, depart: number, s: number, now: number): boolean {
  for (let i = 0; i < plan.crossings.length; i++) {
    const crossing = plan.crossings[i]!;
    if (!crossing.overtakes || crossing.route.channel.id !== route.channel.id) continue;
    const reached = ((now - crossing.depart) / (crossing.arrive - crossing.depart)) * route.path.length;
    return depart < crossing.depart && now >= crossing.depart && s < reached;
  }
  return false;
}

function ring(context: Context, x: number, y: number, u: number, color: string, strength: number): void {
  if (u < 0 || u > 1) return;
  context.strokeStyle = color;
  context.lineWidth = 1.4;
  for (let n = 0; n < 2; n++) {
    const v = u - n * 0.22;
    if (v <= 0) continue;
    context.globalAlpha = 0.6 * (1 - v) * strength;
    context.beginPath();
    context.arc(x, y, 4 + v * 15, 0, 2 * Math.PI);
    context.stroke();
  }
}

function wake(context: Context, route: Route, s: number, color: string, strength: number): void {
  context.strokeStyle = color;
  context.lineCap = 'round';
  pointAt(route.path, Math.max(0, s - WAKE), behind);
  for (let n = 1; n <= WAKE_PARTS; n++) {
    const to = s - WAKE + (WAKE * n) / WAKE_PARTS;
    if (to <= 0) continue;
    pointAt(route.path, to, at);
    context.globalAlpha = 0.5 * strength * (n / WAKE_PARTS) ** 2;
    context.lineWidth = 1 + (5 * n) / WAKE_PARTS;
    context.beginPath();
    context.moveTo(behind.x, behind.y);
    context.lineTo(at.x, at.y);
    context.stroke();
    behind.x = at.x;
    behind.y = at.y;
  }
}

/** Alerts: over the crest, to the sluice, and through it when a checkpoint has committed them. */
export function paintAlerts(
  context: Context,
  marks: readonly AlertMark[],
  now: number,
  speed: number,
  turned: boolean,
  style: RecordStyle,
): void {
  const { palette } = style;
  for (let i = 0; i < marks.length; i++) {
    const mark = marks[i]!;
    if (now < mark.depart) continue;
    const { path } = mark.route;
    const pending = now < mark.released;
    let place = 0;
    for (let j = 0; j < i && pending; j++) if (marks[j]!.route === mark.route && now < marks[j]!.released) place++;
    if (place >= QUEUED) continue;
    const end = path.length - 12 - place * QUEUE;
    const way = (now - mark.depart) * speed * 0.8;
    pointAt(path, Math.min(way, end), at);
    const gone = pending ? 0 : (now - mark.released) * speed;
    const x = at.x + (turned ? 0 : gone);
    const y = at.y + (turned ? gone : 0);
    const fade = Math.min(1, Math.max(0, 1 - (now - mark.withdrawn) / 900), turned ? Math.max(0, 1 - gone / 60) : 1);
    context.globalAlpha = style.strength(mark.hue) * (now < mark.withdrawn ? 1 : fade) * (turned ? fade : 1);
    traceDiamond(context, x, y, 6.4);
    const waits = pending && way >= end;
    context.fillStyle = waits ? palette.sunken : palette.hues[mark.hue]!;
    context.fill();
    context.strokeStyle = waits ? palette.hues[mark.hue]! : palette.halo;
    context.lineWidth = waits ? 1.9 : 1.4;
    context.stroke();
  }
  context.globalAlpha = 1;
}
