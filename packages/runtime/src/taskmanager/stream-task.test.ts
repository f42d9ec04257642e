import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { defineJob, type JobDefinition } from '../api/job.js';
import { InputStatus, type ReaderOutput } from '../api/source.js';
import { int64, json } from '../api/types.js';
import { buildStreamGraph } from '../graph/environment.js';
import { createJobGraph } from '../graph/job-graph.js';
import { createDeployments } from '../jobmanager/deployment.js';
import { ExecutionGraph } from '../jobmanager/execution-graph.js';
import { allocateSlots } from '../jobmanager/slot-pool.js';
import { HashMapKeyedStateBackend } from '../state/hashmap-keyed-state-backend.js';
import type { StreamTask } from './stream-task.js';
import { createTask } from './task-factory.js';

const opened: StreamTask[] = [];

afterEach(async () => {
  for (const task of opened.splice(0)) await task.close().catch(() => {});
});

/** The one task of a job whose operators are all in one chain, and what it told its TaskManager. */
async function soleTask(build: JobDefinition<null>['build']) {
  const graph = buildStreamGraph(defineJob({ name: 'sole', parameters: () => null, build }), {}, 1);
  const jobGraph = createJobGraph('sole', graph);
  const execution = new ExecutionGraph(jobGraph, 0, allocateSlots(jobGraph, [{ id: 'tm', firstSlot: 1, slots: 1 }]), 0);
  const [deployment, ...others] = createDeployments(execution, undefined, () => new SharedArrayBuffer(128)).get('tm') ?? [];
  if (deployment === undefined || others.length > 0) throw new Error('not one task');
  const failures: unknown[] = [];
  const task = await createTask(
    graph,
    {
      jobId: 'job',
      lineage: 'job',
      bundle: '',
      parameters: {},
      parallelism: 1,
      mode: 'EXACTLY_ONCE',
      latencyTrackingInterval: 0,
      stateBackend: 'hashmap',
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
        inputEnded: () => {},
        failed: (_task, thrown) => failures.push(thrown),
        acknowledge: () => {},
        decline: () => {},
        locationOf: () => Promise.resolve('/checkpoints/chk-1'),
      },
      publish: () => {},
      now: () => performance.now(),
    },
  );
  opened.push(task);
  return { task, failures };
}

function numbers(start: () => void | Promise<void> = () => {}) {
  return {
    boundedness: 'CONTINUOUS_UNBOUNDED' as const,
    stateType: json(),
    createReader: () => {
      let next = 0;
      return {
        start,
        pollNext: (output: ReaderOutput<number>) => {
          for (let n = 0; n < 256 && output.hasRoom(); n++) output.collect(next++);
          return InputStatus.MORE_AVAILABLE;
        },
        isAvailable: () => Promise.resolve(),
        snapshotState: () => [],
      };
    },
  };
}

function spin(ms: number): void {
  for (const until = performance.now() + ms; performance.now() < until; );
}

describe('a slice', () => {
  it('is short also where one record takes long', async () => {
    let calls = 0;
    const { task } = await soleTask((env) => {
      env
        .fromSource(numbers(), int64())
        .uid('numbers')
        .addSink(() => {
          calls++;
          spin(4);
        });
    });
    const started = performance.now();
    for (let slice = 0; slice < 5; slice++) task.run(performance.now() + 5);
    expect(calls).toBeGreaterThanOrEqual(5);
    expect((performance.now() - started) / 5).toBeLessThan(100);
  });

  it('is used up where records are quick', async () => {
    let calls = 0;
    const { task } = await soleTask((env) => {
      env
        .fromSource(numbers(), int64())
        .uid('numbers')
        .addSink(() => {
          calls++;
        });
    });
    task.run(performance.now() + 20);
    expect(calls).toBeGreaterThan(5_000);
  });
});

describe('a failure', () => {
  it('in a snapshot that waited for an asynchronous sink is the task’s', async () => {
    let settle = (): void => {};
    const { task, failures } = await soleTask((env) => {
      env
        .fromSource(numbers(), int64())
        .uid('numbers')
        .addSink({
          invoke: () =>
            new Promise<void>((resolve) => {
              settle = resolve;
            }),
          snapshotState: () => {
            throw new TypeError('snapshot was told to fail');
          },
        });
    });
    task.run(performance.now() + 5);
    task.triggerCheckpoint({ checkpointId: 1, timestamp: 0, flags: 0 }, false);
    task.drain();
    settle();
    await nextTurn();
    expect(failures).toEqual([new TypeError('snapshot was told to fail')]);
  });

  it('of an asynchronous sink before anybody knows the task comes at its first turn', async () => {
    const { task } = await soleTask((env) => {
      env
        .fromSource(numbers(), int64())
        .uid('numbers')
        .addSink(() => Promise.reject(new TypeError('the sink was told to fail')));
    });
    task.run(performance.now() + 5);
    await nextTurn();
    expect(() => task.canRun()).toThrow('the sink was told to fail');
  });
});

describe('a task that is closed', () => {
  it('while its sink writes begins no other element, and closes the sink after that one', async () => {
    const calls: string[] = [];
    let settle = (): void => {};
    const { task } = await soleTask((env) => {
      env
        .fromSource(numbers(), int64())
        .uid('numbers')
        .process<number>(
          {
            processElement: (value, _context, out) => {
              for (let n = 0; n < 3; n++) out.collect(value);
            },
          },
          int64(),
        )
        .addSink({
          invoke: () => {
            calls.push('begun');
            return new Promise<void>((resolve) => {
              settle = () => {
                calls.push('written');
                resolve();
              };
            });
          },
          close: () => void calls.push('closed'),
        });
    });
    task.run(performance.now() + 5);
    const closed = task.close();
    settle();
    await closed;
    await nextTurn();
    expect(calls).toEqual(['begun', 'written', 'closed']);
  });

  it('closes every operator, whatever one of them throws', async () => {
    const calls: string[] = [];
    const { task } = await soleTask((env) => {
      env
        .fromSource(numbers(), int64())
        .uid('numbers')
        .map<number>(
          {
            map: (value) => value,
            close: () => {
              throw new Error('close was told to fail');
            },
          },
          int64(),
        )
        .addSink({ invoke: () => {}, close: () => void calls.push('sink closed') });
    });
    await expect(task.close()).rejects.toThrow('close was told to fail');
    expect(calls).toEqual(['sink closed']);
  });

  it('because it could not be opened has closed what it had opened', async () => {
    const calls: string[] = [];
    const failing = soleTask((env) => {
      env
        .fromSource(
          numbers(() => Promise.reject(new Error('no such file'))),
          int64(),
        )
        .uid('numbers')
        .addSink({ open: () => void calls.push('opened'), invoke: () => {}, close: () => void calls.push('closed') });
    });
    await expect(failing).rejects.toThrow('no such file');
    expect(calls).toEqual(['opened', 'closed']);
  });
});
