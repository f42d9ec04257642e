import { describe, expect, it } from 'vitest';
import type { KeyedProcessFunction } from '../api/functions.js';
import { defineJob } from '../api/job.js';
import { InputStatus, type ReaderOutput } from '../api/source.js';
import { ListStateDescriptor, ValueStateDescriptor } from '../api/state.js';
import { boolean, int64, json, nullable, record, string, type TypeOf } from '../api/types.js';
import { buildStreamGraph } from '../graph/environment.js';
import { createJobGraph } from '../graph/job-graph.js';
import { createDeployments } from '../jobmanager/deployment.js';
import { ExecutionGraph } from '../jobmanager/execution-graph.js';
import { allocateSlots } from '../jobmanager/slot-pool.js';
import { HashMapKeyedStateBackend } from '../state/hashmap-keyed-state-backend.js';
import { ManualClock } from '../testing/manual-clock.js';
import { Publisher } from './publisher.js';
import type { StreamTask } from './stream-task.js';
import { createTask } from './task-factory.js';

const event = record({
  before: nullable(string()),
  key: string(),
  flag: boolean(),
  nested: record({ text: string(), n: nullable(int64()) }),
  any: json<unknown>(),
  n: int64(),
});
type Event = TypeOf<typeof event>;

const events: Event[] = Array.from({ length: 500 }, (_, n) => ({
  before: n % 3 === 0 ? null : 'b'.repeat(n % 30),
  key: `key${n % 5}`,
  flag: n % 2 === 0,
  nested: { text: `text ${'é'.repeat(n % 4)}한`, n: n % 4 === 0 ? null : n },
  any: [n, { n }],
  n,
}));

const source = {
  boundedness: 'BOUNDED' as const,
  stateType: int64(),
  createReader: () => {
    let next = 0;
    return {
      start: () => {},
      pollNext: (output: ReaderOutput<Event>) => {
        while (next < events.length && output.hasRoom()) output.collect(events[next++] as Event);
        return next < events.length ? InputStatus.MORE_AVAILABLE : InputStatus.END_OF_INPUT;
      },
      isAvailable: () => Promise.resolve(),
      snapshotState: () => [],
    };
  },
};

/** Runs the job in this thread to its end; sinks get the records in the order of keys. */
async function run(
  fn: KeyedProcessFunction<string, Event, Event>,
  reuse: boolean,
  sink: (value: Event) => void | Promise<void>,
): Promise<unknown[]> {
  const published: unknown[] = [];
  const publisher = new Publisher(new ManualClock(), (messages) => {
    for (const { payload } of messages) published.push(structuredClone(payload));
  });
  const definition = defineJob({
    name: 'reuse',
    parameters: () => null,
    build: (env) => {
      if (reuse) env.enableObjectReuse();
      env.fromSource(source, event).uid('events').keyBy('key').process(fn, event).uid('fn').addSink(sink);
    },
  });
  const graph = buildStreamGraph(definition, {}, 1);
  const jobGraph = createJobGraph('reuse', graph);
  const execution = new ExecutionGraph(jobGraph, 0, allocateSlots(jobGraph, [{ id: 'tm', firstSlot: 1, slots: 2 }]), 0);
  const ended = new Set<StreamTask>();
  const tasks: StreamTask[] = [];
  for (const deployment of createDeployments(execution, undefined, () => new SharedArrayBuffer(128)).get('tm') ?? []) {
    tasks.push(
      await createTask(
        graph,
        {
          jobId: 'job',
          lineage: 'job',
          bundle: '',
          parameters: {},
          parallelism: 1,
          mode: 'EXACTLY_ONCE',
          latencyTrackingInterval: 0,
          stateBackend: 'hashmap' as const,
        },
        { jobId: 'job', attempt: 0 },
        deployment,
        {
          taskManagerId: 'tm',
          writeState: async () => undefined,
          keyedStateOf: async () => (options) => new HashMapKeyedStateBackend(options),
          openState: () => Promise.reject(new Error('nothing to restore')),
          events: {
            wake: () => {},
            inputEnded: (task) => ended.add(task),
            failed: (_task, thrown) => {
              throw thrown;
            },
            acknowledge: () => {},
            decline: () => {},
            locationOf: () => Promise.resolve('/checkpoints/chk-1'),
          },
          publish: (jobId, vertexId, subtask, topic, payload) => publisher.publish(jobId, vertexId, subtask, topic, payload),
          now: () => performance.now(),
        },
      ),
    );
  }
  expect(tasks).toHaveLength(2);
  while (ended.size < tasks.length) {
    for (const task of tasks) if (task.canRun()) task.run(performance.now() + 5);
    await new Promise((resolve) => setImmediate(resolve));
  }
  for (const task of tasks) await task.close();
  publisher.flush();
  return published;
}

describe.each([{ reuse: true }, { reuse: false }])('records that came over an exchange (object reuse: $reuse)', ({ reuse }) => {
  it('are one object or a fresh one each, and look the same in every way', async () => {
    const seen: Event[] = [];
    const looks: unknown[] = [];
    await run(
      {
        processElement: (value) => {
          seen.push(value);
          looks.push({
            spread: { ...value },
            text: JSON.parse(JSON.stringify(value)),
            cloned: structuredClone(value),
            keys: Object.keys(value),
          });
        },
      },
      reuse,
      () => {},
    );
    expect(new Set(seen).size).toBe(reuse ? 1 : events.length);
    expect(looks).toEqual(events.map((one) => ({ spread: one, text: one, cloned: one, keys: Object.keys(one) })));
    if (reuse) {
      expect(() => {
        (seen[0] as { n: number }).n = 5;
      }).toThrow(TypeError);
    }
  });

  it('can be emitted, also twice and to a sink that keeps them or waits with them', async () => {
    const kept: Event[] = [];
    await run({ processElement: (value, _context, out) => out.collect(value) }, reuse, (value) => void kept.push(value));
    expect(kept).toEqual(events);
    const awaited: Event[] = [];
    await run(
      {
        processElement: (value, _context, out) => {
          out.collect(value);
          out.collect(value);
        },
      },
      reuse,
      async (value) => {
        await new Promise((resolve) => setImmediate(resolve));
        awaited.push(value);
      },
    );
    expect(awaited).toEqual(events.flatMap((one) => [one, one]));
  });

  it('can be published, by itself or made when it is', async () => {
    let publish: ((topic: string, payload: unknown) => void) | undefined;
    const published = await run(
      {
        open: (context) => {
          publish = (topic, payload) => context.publish(topic, payload);
        },
        processElement: (value) => {
          if (value.n >= 200) return;
          publish?.('itself', value);
          publish?.('made', () => value);
        },
      },
      reuse,
      () => {},
    );
    expect(published).toEqual(events.slice(0, 200).flatMap((one) => [one, one]));
  });

  it('can be put into keyed and operator state', async () => {
    const before: (Event | undefined)[] = [];
    let listed: readonly Event[] = [];
    let keyed: { value(): Event | undefined; update(value: Event): void };
    let list: { get(): readonly Event[]; add(value: Event): void; update(values: readonly Event[]): void };
    await run(
      {
        open: (context) => {
          keyed = context.getState(new ValueStateDescriptor<Event | undefined>('last', event as never)) as never;
          list = context.getListState(new ListStateDescriptor('all', event)) as never;
        },
        processElement: (value) => {
          before.push(keyed.value());
          keyed.update(value);
          if (value.n === 0) list.update([value]);
          else list.add(value);
          listed = list.get();
        },
      },
      reuse,
      () => {},
    );
    expect(before).toEqual(events.map((_, n) => events[n - 5]));
    expect(listed).toEqual(events);
  });
});
