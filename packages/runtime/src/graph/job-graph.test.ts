import { describe, expect, it } from 'vitest';
import type { StreamExecutionEnvironment } from '../api/environment.js';
import { defineJob } from '../api/job.js';
import { int32, json, record, string } from '../api/types.js';
import { buildStreamGraph } from './environment.js';
import { createJobGraph, type JobGraph } from './job-graph.js';

const numbers = { run: () => [1, 2, 3] };
const sink = { createWriter: () => ({ write: () => {} }) };

function graphOf(build: (env: StreamExecutionEnvironment) => void, parallelism = 3): JobGraph {
  return createJobGraph('job', buildStreamGraph(defineJob({ name: 'job', parameters: () => ({}), build }), {}, parallelism));
}

const names = (graph: JobGraph) => graph.vertices.map((vertex) => vertex.name);

describe('chaining', () => {
  it('joins forward neighbours of one parallelism and group, and breaks at exchanges', () => {
    const graph = graphOf((env) => {
      env
        .addSource<number>(numbers)
        .uid('s')
        .map((n) => ({ n }), record({ n: int32() }))
        .filter(({ n }) => n > 0)
        .keyBy('n')
        .process<string>({ processElement: () => {} }, string())
        .uid('p')
        .sinkTo(sink)
        .uid('k');
    });
    expect(names(graph)).toEqual(['Source: Source -> Map -> Filter', 'KeyedProcess -> Sink: Sink']);
    expect(graph.edges.map((edge) => edge.shipStrategy)).toEqual(['HASH']);
  });

  it('is kept from it by disableChaining, another group and another parallelism', () => {
    const graph = graphOf((env) => {
      const source = env.addSource<number>(numbers).uid('s');
      source
        .map((n) => n, int32())
        .disableChaining()
        .name('A');
      source
        .map((n) => n, int32())
        .slotSharingGroup('other')
        .name('B');
      source
        .map((n) => n, int32())
        .setParallelism(2)
        .name('C');
      source.map((n) => n, int32()).name('D');
    });
    expect(names(graph)).toEqual(['Source: Source -> D', 'A', 'B', 'C']);
    expect(graph.edges.map((edge) => edge.shipStrategy)).toEqual(['FORWARD', 'FORWARD', 'REBALANCE']);
  });

  it('does not happen behind a union', () => {
    const graph = graphOf((env) => {
      const a = env.addSource<number>(numbers).uid('a');
      a.union(env.addSource<number>(numbers).uid('b')).map((n) => n, int32());
    });
    expect(graph.vertices).toHaveLength(3);
    expect(graph.edges.map((edge) => edge.shipStrategy)).toEqual(['FORWARD', 'FORWARD']);
  });
});

describe('names and numbers', () => {
  it('a vertex id follows from the uid of its head alone', () => {
    const id = (name: string) =>
      graphOf((env) => {
        env.addSource<number>(numbers).uid('s').name(name);
      }).vertices[0]?.id;
    expect(id('one')).toBe(id('two'));
    expect(id('one')).toMatch(/^[0-9a-f]{32}$/);
  });

  it('key groups by default are Flink’s: a power of two, 128 at least, half above the parallelism', () => {
    const max = (parallelism: number) =>
      graphOf((env) => {
        env.addSource<number>(numbers).uid('s');
      }, parallelism).vertices[0]?.maxParallelism;
    expect([1, 3, 85, 86, 128, 1_000].map(max)).toEqual([128, 128, 128, 256, 256, 2_048]);
  });
});

describe('a job that cannot be', () => {
  it.each<[string, (env: StreamExecutionEnvironment) => void, RegExp]>([
    ['has no operators', () => {}, /has no operators/],
    ['keeps state without a uid', (env) => void env.addSource<number>(numbers), /"Source" keeps state but has no uid/],
    [
      'uses a uid twice',
      (env) => {
        env.addSource<number>(numbers).uid('x');
        env.addSource<number>(numbers).uid('x');
      },
      /uid x is used twice/,
    ],
    [
      'is wider than its key groups',
      (env) => void env.addSource<number>(numbers).uid('s').setMaxParallelism(2),
      /parallelism 3 is above its maxParallelism 2/,
    ],
    ['has an odd parallelism', (env) => void env.addSource<number>(numbers).uid('s').setParallelism(0.5), /whole number/],
    ['has an empty uid', (env) => void env.addSource<number>(numbers).uid(''), /uid must not be empty/],
    ['has a uid that would read as an exchange', (env) => void env.addSource<number>(numbers).uid('a->b'), /must not hold "->"/],
  ])('%s: is refused in a sentence', (_what, build, message) => {
    expect(() => graphOf(build)).toThrow(message);
  });
});

// Not run: what must not compile.
export const typed = defineJob({
  name: 'typed',
  parameters: () => ({}),
  build: (env) => {
    const events = env.addSource(numbers as never, record({ user: string(), n: int32(), extra: json<{ deep: boolean }>() })).uid('s');
    events
      .keyBy('user')
      .process<number>({ processElement: (value, context, out) => out.collect(value.n + context.getCurrentKey().length) }, int32())
      .uid('p');
    // @ts-expect-error: an object is no key
    events.keyBy('extra');
    // @ts-expect-error: there is no such field
    events.keyBy('nobody');
    // @ts-expect-error: the type says number, the function gives a string
    events.map((value) => value.user, int32());
    // @ts-expect-error: a keyed function of numbers behind a text key
    events.keyBy('user').process<number>({ processElement: (_value, context, out) => out.collect(context.getCurrentKey()) }, int32());
  },
});
