import type { AlertEntry } from '@weir/protocol';
import { type SubtaskKey, subtaskKey } from '../model/placement.js';
import { type Route, routeFor } from '../model/routes.js';
import { AlertQueue } from './alert-queue.js';
import { CheckpointPlay } from './checkpoint-play.js';
import { Dots } from './dots.js';
import { type Drawn, isStopped, NOTHING_DRAWN } from './drawn.js';
import type { MotionInput } from './input.js';
import { Heartbeats } from './pulses.js';
import { RecordFlow } from './record-flow.js';
import { RecoveryPlay } from './recovery-play.js';
import { Tanks } from './tanks.js';

/** Records in all streams are gone this long after a failure, ms. */
export const DRAIN = 900;

/**
 * What moves in the machine. Told of each change of the state by `observe`, asked by the painter for what is where at a time; it holds no timer and
 * reads no clock. It shows nothing that the state does not say: records are counted or told, barriers and recoveries have their time stamps.
 */
export class MachineMotion {
  readonly dots = new Dots();
  readonly alerts = new AlertQueue();
  readonly heartbeats = new Heartbeats();
  readonly checkpoints = new CheckpointPlay();
  readonly recovery = new RecoveryPlay();
  readonly flow = new RecordFlow();
  readonly #tanks = new Tanks();
  #input: MotionInput | undefined;
  #alerts: readonly AlertEntry[] | undefined;
  #heard = new WeakSet<AlertEntry>();
  #delays: ReadonlyMap<SubtaskKey, number> = new Map();
  #drawn: Drawn = NOTHING_DRAWN;
  #signature = '';

  get input(): MotionInput | undefined {
    return this.#input;
  }

  observe(input: MotionInput, now: number): void {
    const last = this.#input;
    this.#input = input;
    if (last?.job?.id !== input.job?.id) this.#clear();
    if (last?.routes !== input.routes || last.layout.channels.length !== input.layout.channels.length) this.#reroute(input);
    this.heartbeats.observe(input.taskManagers, now);
    if (input.job === undefined) return;
    const before = this.recovery.drawn(now)?.number;
    this.recovery.observe(input.job.recoveries, now);
    const playing = this.recovery.drawn(now);
    if (playing !== undefined && playing.number !== before) this.checkpoints.stop();
    const speed = input.routes.speed;
    if (playing === undefined) this.checkpoints.observe(input.job.checkpoints, input.layout, input.routes, speed, now);
    this.flow.observe(input, this.dots, now, (key) => this.#leaves(key, now));
    this.#tanks.observe(input.layout.gates, input.keys, (tank) => this.#changes(tank, input, now));
    this.#hearAlerts(input, now);
  }

  /** Lets go of what has arrived. */
  advance(now: number): void {
    const start = this.recovery.startedAt(now);
    if (start !== undefined && now - start > DRAIN && now - start < DRAIN + 400) this.#drain(now);
    this.dots.advance(now);
    this.alerts.advance(now);
    this.heartbeats.advance(now);
  }

  /** Whether a frame would look other than the last. */
  isMoving(now: number): boolean {
    return (
      this.recovery.drawn(now) !== undefined ||
      this.checkpoints.drawn(now) !== undefined ||
      this.heartbeats.pulses.length > 0 ||
      this.alerts.marks.some((mark) => now < mark.depart + 4_000 || mark.released < Number.POSITIVE_INFINITY) ||
      this.dots.count > 0
    );
  }

  drawn(now: number): Drawn {
    const input = this.#input;
    if (input === undefined) return NOTHING_DRAWN;
    const rates = new Map<SubtaskKey, { in: number | undefined; out: number | undefined }>();
    for (const row of input.layout.rows) {
      for (const cell of row.cells) for (const { key } of cell.subtasks) rates.set(key, rounded(this.flow.rates(key, now)));
    }
    const next: Drawn = {
      tanks: this.#tanks.at(now),
      rates,
      recovery: this.recovery.drawn(now),
      barrier: this.checkpoints.drawn(now),
      sourceKeys: this.#sourceKeys(input),
      waiting: this.#waiting(now),
      batch: this.flow.batch,
      travel: Math.round(Math.max(0, ...this.#delays.values())),
    };
    const signature = signatureOf(next);
    if (signature !== this.#signature) {
      this.#signature = signature;
      this.#drawn = next;
    }
    return this.#drawn;
  }

  #clear(): void {
    this.dots.clear();
    this.flow.clear();
    this.#tanks.clear();
    this.checkpoints.clear();
    this.recovery.clear();
    this.heartbeats.clear();
    this.#alerts = undefined;
    this.#heard = new WeakSet();
  }

  #reroute(input: MotionInput): void {
    const { channels } = input.layout;
    const fresh = (old: Route) =>
      routeFor(input.routes, old.channel.edge.id, old.channel.sourceIndex, old.channel.targetIndex, old.keyGroup);
    this.dots.reroute(fresh);
    this.alerts.reroute(fresh);
    const speed = input.routes.speed;
    this.checkpoints.reroute(input.layout, input.routes, speed);
    const delays = new Map<SubtaskKey, number>();
    for (const vertex of input.layout.columns.flatMap((column) => column.vertices)) {
      for (const channel of channels) {
        if (channel.edge.targetVertexId !== vertex.id) continue;
        const route = input.routes.byChannel.get(channel.id);
        if (route === undefined || (channel.edge.strategy !== 'FORWARD' && channel.sourceIndex !== channel.targetIndex)) continue;
        const delay = (delays.get(channel.source) ?? 0) + route.path.length / speed;
        delays.set(channel.target, Math.max(delays.get(channel.target) ?? 0, delay));
      }
    }
    this.#delays = delays;
  }

  /** When a record leaves that is counted now: when those that made it have arrived, and not while a recovery stands still. */
  #leaves(key: SubtaskKey, now: number): number {
    const at = now + (this.#delays.get(key) ?? 0);
    return isStopped(this.recovery.drawn(now)?.phase) ? Math.max(at, this.recovery.replaysAt()) : at;
  }

  #changes(tank: SubtaskKey, input: MotionInput, now: number): number | undefined {
    return input.moving && this.recovery.drawn(now) === undefined ? now + (this.#delays.get(tank) ?? 0) : undefined;
  }

  #drain(now: number): void {
    for (const dot of this.dots.all) if (dot.alive && dot.depart <= now) dot.alive = false;
  }

  #hearAlerts(input: MotionInput, now: number): void {
    if (input.alerts === this.#alerts) return;
    const first = this.#alerts === undefined;
    this.#alerts = input.alerts;
    for (const alert of input.alerts) {
      if (this.#heard.has(alert)) continue;
      this.#heard.add(alert);
      if (first && alert.status !== 'pending') continue;
      const key = input.keys.find((candidate) => candidate.key === alert.userId);
      const gate = input.layout.gates[0];
      if (key === undefined || gate === undefined) continue;
      const from = subtaskKey(gate.vertex.id, key.subtask);
      const route = input.routes.all.find((candidate) => candidate.channel.source === from && candidate.intoSink);
      const hue = input.followed.find((followed) => followed.key === alert.userId)?.hue ?? 0;
      const depart = first || !input.moving ? now - 10_000 : this.#leaves(from, now);
      this.alerts.heard(alert, route, hue, depart, now, route === undefined ? now : this.checkpoints.reaches(route.channel.target, now));
    }
  }

  #sourceKeys(input: MotionInput): ReadonlyMap<SubtaskKey, string> {
    const source = input.layout.columns[0]?.vertices[0];
    const keys = new Map<SubtaskKey, string>();
    for (const { index } of source?.subtasks ?? []) {
      const key = this.flow.sourceKey(index);
      if (key !== undefined) keys.set(subtaskKey(source!.id, index), key);
    }
    return keys;
  }

  #waiting(now: number): ReadonlyMap<SubtaskKey, number> {
    const waiting = new Map<SubtaskKey, number>();
    for (const mark of this.alerts.marks) {
      if (now < mark.depart || now >= mark.released || now >= mark.withdrawn) continue;
      const { target } = mark.route.channel;
      waiting.set(target, (waiting.get(target) ?? 0) + 1);
    }
    return waiting;
  }
}

function rounded(rates: { readonly in: number | undefined; readonly out: number | undefined }) {
  return { in: round(rates.in), out: round(rates.out) };
}

/** To three digits: what cannot be told apart in the text need not be drawn anew. */
function round(rate: number | undefined): number | undefined {
  return rate === undefined ? undefined : Number(rate.toPrecision(3));
}

function signatureOf(drawn: Drawn): string {
  const recovery = drawn.recovery;
  const progress = recovery === undefined ? '' : `${recovery.number} ${recovery.phase} ${Math.round(recovery.progress * 20)}`;
  return JSON.stringify([
    [...drawn.tanks],
    [...drawn.rates],
    progress,
    drawn.barrier,
    [...drawn.waiting],
    [...drawn.sourceKeys],
    drawn.batch,
    drawn.travel,
  ]);
}
