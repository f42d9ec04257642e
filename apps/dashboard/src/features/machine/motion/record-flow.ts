import type { LogLine, SubtaskInfo, VertexInfo } from '@weir/protocol';
import { RateMeter } from '../../../job/rate-meter.js';
import type { MachineEdge } from '../../../job/topology.js';
import { type SubtaskKey, subtaskKey } from '../model/placement.js';
import { type Route, routeFor } from '../model/routes.js';
import { batchFor } from '../model/scale.js';
import type { Dots } from './dots.js';
import { Emitter } from './emitter.js';
import { Dealer, FlowShares } from './flow-shares.js';
import { followsEachKey, type MotionInput } from './input.js';

/** Dots of counted records are spread over this at most, ms: samples come four times a second. */
const LONGEST_SAMPLE = 600;
const DOTS_AT_ONCE = 480;

interface Meters {
  readonly in: RateMeter;
  readonly out: RateMeter;
  readonly emitter: Emitter;
  readonly dealers: Map<string, Dealer>;
  /** Since the task runs: told until enough was seen here. */
  average: { readonly in: number | undefined; readonly out: number | undefined };
  metrics: unknown;
  sampled: number;
}

/** Decides which records are seen to leave, from counters and from the events that are told one by one. Time is passed in. */
export class RecordFlow {
  readonly #meters = new Map<SubtaskKey, Meters>();
  readonly #shares = new Map<string, FlowShares>();
  readonly #sourceKeys = new Map<number, Set<string>>();
  #line: number | undefined;
  #batch = 1;

  get batch(): number {
    return this.#batch;
  }

  rates(key: SubtaskKey, now: number): { readonly in: number | undefined; readonly out: number | undefined } {
    const meters = this.#meters.get(key);
    return { in: meters?.in.rate(now) ?? meters?.average.in, out: meters?.out.rate(now) ?? meters?.average.out };
  }

  /** The part of its source's rate that a route carries, records a second. */
  routeRate(route: Route, input: MotionInput, now: number): number {
    const { edge, source, sourceIndex, targetIndex } = route.channel;
    const out = this.rates(source, now).out ?? 0;
    if (edge.strategy === 'FORWARD') return out;
    const shares = this.#sharesOf(edge).shares(sourceIndex, this.#ratesInto(edge, input, now));
    return out * (shares[targetIndex] ?? 0);
  }

  /** Whether single events were seen to take this way. */
  carries(route: Route): boolean {
    const { edge, sourceIndex, targetIndex } = route.channel;
    return this.#shares.get(edge.id)?.told(sourceIndex, targetIndex) ?? false;
  }

  /** The key that a source makes events of, where it is one alone. */
  sourceKey(subtask: number): string | undefined {
    const keys = this.#sourceKeys.get(subtask);
    return keys?.size === 1 ? [...keys][0] : undefined;
  }

  clear(): void {
    this.#meters.clear();
    this.#shares.clear();
    this.#sourceKeys.clear();
  }

  /** `at` is when a record leaves that is counted now: later while the drawing of a recovery stands still. */
  observe(input: MotionInput, dots: Dots, now: number, at: (key: SubtaskKey) => number): void {
    this.#scale(input, now);
    this.#events(input, dots, at);
    for (const vertex of input.layout.columns.flatMap((column) => column.vertices)) {
      const edges = input.layout.channels.length === 0 ? [] : outOf(vertex, input);
      for (const subtask of vertex.subtasks) {
        const key = subtaskKey(vertex.id, subtask.index);
        const meters = this.#metersOf(key);
        if (meters.metrics === subtask.metrics) continue;
        const interval = Math.min(LONGEST_SAMPLE, now - meters.sampled);
        meters.metrics = subtask.metrics;
        meters.sampled = now;
        meters.average = averageOf(subtask, input.at);
        meters.in.note(now, subtask.metrics.numRecordsIn);
        const delta = meters.out.note(now, subtask.metrics.numRecordsOut);
        if (delta === 0 || edges.length === 0) continue;
        const wait = at(key) - now;
        meters.emitter.counted(delta, this.#batch, now, interval, (depart) => {
          if (input.moving) for (const edge of edges) this.#depart(edge, subtask.index, input, dots, depart + wait, now);
        });
      }
    }
  }

  #events(input: MotionInput, dots: Dots, at: (key: SubtaskKey) => number): void {
    const last = this.#line;
    this.#line = input.log.at(-1)?.number ?? last ?? 0;
    const fresh = last === undefined ? input.log : newer(input.log, last);
    const source = input.layout.columns[0]?.vertices[0];
    if (source === undefined) return;
    for (const told of fresh) {
      if (told.kind !== 'source' || told.userId === undefined || told.subtask === undefined) continue;
      const key = input.keys.find((candidate) => candidate.key === told.userId);
      if (key === undefined) continue;
      const edge = outOf(source, input).find((candidate) => candidate.strategy === 'HASH');
      if (edge === undefined) continue;
      this.#sharesOf(edge).tell(told.subtask, key.subtask);
      this.#noteKey(told.subtask, key.key);
      if (last === undefined || this.#batch > 1 || told.subtask >= source.parallelism) continue;
      const from = subtaskKey(source.id, told.subtask);
      this.#metersOf(from).emitter.told();
      const hue = input.followed.find((followed) => followed.key === told.userId)?.hue ?? 0;
      const route = routeFor(input.routes, edge.id, told.subtask, key.subtask, key.keyGroup);
      if (route !== undefined && input.moving) {
        dots.add(route, at(from), input.routes.speed, hue, told.abnormal === true, told.replayed);
      }
    }
  }

  /** Two are enough to know that it is not one. */
  #noteKey(subtask: number, key: string): void {
    const keys = this.#sourceKeys.get(subtask) ?? new Set<string>();
    this.#sourceKeys.set(subtask, keys);
    if (keys.size < 2) keys.add(key);
  }

  #depart(edge: MachineEdge, from: number, input: MotionInput, dots: Dots, depart: number, now: number): void {
    const target = edge.strategy === 'FORWARD' ? from : this.#deal(edge, from, input, now);
    if (target < 0) return;
    const followed = input.followed.filter((key) => key.subtask === target);
    const only = followed.length === 1 && followsEachKey(input) ? followed[0] : undefined;
    const route = routeFor(input.routes, edge.id, from, target, only?.keyGroup);
    const hue = edge.strategy === 'HASH' ? (only?.hue ?? 0) : 0;
    if (route !== undefined) dots.add(route, depart, input.routes.speed, hue, false, false);
  }

  #deal(edge: MachineEdge, from: number, input: MotionInput, now: number): number {
    const meters = this.#metersOf(subtaskKey(edge.sourceVertexId, from));
    const dealer = meters.dealers.get(edge.id) ?? new Dealer();
    meters.dealers.set(edge.id, dealer);
    return dealer.next(this.#sharesOf(edge).shares(from, this.#ratesInto(edge, input, now)));
  }

  #ratesInto(edge: MachineEdge, input: MotionInput, now: number): readonly number[] {
    const target = input.layout.columns.flatMap((column) => column.vertices).find((vertex) => vertex.id === edge.targetVertexId);
    return Array.from({ length: target?.parallelism ?? 0 }, (_, index) => this.rates(subtaskKey(edge.targetVertexId, index), now).in ?? 0);
  }

  #sharesOf(edge: MachineEdge): FlowShares {
    const shares = this.#shares.get(edge.id) ?? new FlowShares();
    this.#shares.set(edge.id, shares);
    return shares;
  }

  #metersOf(key: SubtaskKey): Meters {
    const known = this.#meters.get(key);
    if (known !== undefined) return known;
    const meters = {
      in: new RateMeter(),
      out: new RateMeter(),
      emitter: new Emitter(),
      dealers: new Map(),
      average: { in: undefined, out: undefined },
      metrics: undefined,
      sampled: 0,
    };
    this.#meters.set(key, meters);
    return meters;
  }

  #scale(input: MotionInput, now: number): void {
    let busiest = 0;
    let total = 0;
    for (const vertex of input.layout.columns.flatMap((column) => column.vertices)) {
      for (const subtask of vertex.subtasks) {
        const rate = this.rates(subtaskKey(vertex.id, subtask.index), now).out ?? 0;
        busiest = Math.max(busiest, rate);
        total += rate;
      }
    }
    const longest = input.routes.all.reduce((most, route) => Math.max(most, route.path.length), 0);
    this.#batch = batchFor(busiest, total, longest / (input.routes.speed * 1_000), DOTS_AT_ONCE, this.#batch);
  }
}

function averageOf({ metrics, timestamps }: SubtaskInfo, at: number): Meters['average'] {
  const seconds = (at - timestamps.RUNNING) / 1_000;
  if (timestamps.RUNNING === 0 || seconds < 1) return { in: undefined, out: undefined };
  return { in: metrics.numRecordsIn / seconds, out: metrics.numRecordsOut / seconds };
}

function newer(log: readonly LogLine[], last: number): readonly LogLine[] {
  let from = log.length;
  while (from > 0 && log[from - 1]!.number > last) from--;
  return log.slice(from);
}

/** Into sinks of keyed state alerts go, and each is drawn as itself. */
function outOf(vertex: VertexInfo, input: MotionInput): readonly MachineEdge[] {
  const edges = new Map<string, MachineEdge>();
  for (const channel of input.layout.channels) if (channel.edge.sourceVertexId === vertex.id) edges.set(channel.edge.id, channel.edge);
  const keyed = input.layout.roles.get(vertex.id) === 'keyed';
  return [...edges.values()].filter((edge) => !(keyed && input.layout.roles.get(edge.targetVertexId) === 'sink'));
}
