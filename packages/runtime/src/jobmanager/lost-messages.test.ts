// Row 19: whichever message between JobManager and TaskManager is lost with its line, and whenever, the output is that of a run in which nothing was lost.
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { JobDefinition } from '../api/job.js';
import { InputStatus, type ReaderOutput } from '../api/source.js';
import { type ValueState, ValueStateDescriptor } from '../api/state.js';
import { int32, json, record, string } from '../api/types.js';
import { temporaryDirectory } from '../testing/checkpoint-fixtures.js';
import { type ControlMessage, LOOPBACK_JOB, LoopbackCluster } from '../testing/loopback-cluster.js';
import { eventually } from '../testing/manual-clock.js';

const SOURCES = 2;
const KEYS = 8;
/** Events of each source in all, and for each commit: the sources go no further before it. */
const EVENTS = 120;
const STEP = 30;

interface Line {
  readonly key: string;
  readonly sequence: number;
  readonly count: number;
}

let directory: Awaited<ReturnType<typeof temporaryDirectory>>;

beforeEach(async () => {
  directory = await temporaryDirectory();
});
afterEach(() => directory.remove());

interface Committed {
  upTo: number;
  /** How often. */
  times: number;
  readonly lines: Line[];
}

/** What the sink has committed lasts, as it would on a disk. `failing` says whether the function is to fail at this record. */
function jobOf(committed: Committed, events: number, failing: () => boolean): JobDefinition<unknown> {
  const event = record({ key: string(), sequence: int32() });
  return {
    name: 'job',
    parameters: () => ({}),
    build: (env) => {
      let counts: ValueState<number> | undefined;
      env
        .fromSource(
          {
            boundedness: 'BOUNDED',
            stateType: int32(),
            createReader: ({ indexOfThisSubtask }) => {
              let next = 0;
              return {
                start: (restored?: readonly number[]) => {
                  next = restored?.[0] ?? 0;
                },
                pollNext: (output: ReaderOutput<{ key: string; sequence: number }>) => {
                  while (output.hasRoom()) {
                    if (next >= events) return InputStatus.END_OF_INPUT;
                    if (next >= STEP * (committed.times + 1)) return InputStatus.NOTHING_AVAILABLE;
                    output.collect({ key: `${indexOfThisSubtask}-${next % KEYS}`, sequence: next });
                    next++;
                  }
                  return InputStatus.MORE_AVAILABLE;
                },
                isAvailable: () => new Promise((resolve) => setTimeout(resolve, 1)),
                snapshotState: () => [next],
              };
            },
          },
          event,
        )
        .uid('source')
        .setParallelism(SOURCES)
        .keyBy('key')
        .process<Line>(
          {
            open: (context) => {
              counts = context.getState(new ValueStateDescriptor('count', int32(), 0));
            },
            processElement: ({ key, sequence }, _context, out) => {
              if (failing()) throw new TypeError('user code was told to fail');
              const count = (counts?.value() ?? 0) + 1;
              counts?.update(count);
              out.collect({ key, sequence, count });
            },
          },
          json<Line>(),
        )
        .uid('numbering')
        .sinkTo({
          createWriter: () => {
            let lines: Line[] = [];
            return {
              write: (line: Line) => void lines.push(line),
              prepareCommit: () => {
                const part = Buffer.from(JSON.stringify(lines));
                if (lines.length === 0) return [];
                lines = [];
                return [part];
              },
            };
          },
          createCommitter: () => ({
            open: async () => committed.upTo,
            committedRecords: () => committed.lines.length,
            commit: async (checkpointId, parts) => {
              if (checkpointId <= committed.upTo) return 0;
              const before = committed.lines.length;
              for (const { bytes } of parts) {
                const chunks: Uint8Array[] = [];
                for await (const chunk of bytes) chunks.push(chunk.slice());
                committed.lines.push(...(JSON.parse(Buffer.concat(chunks).toString()) as Line[]));
              }
              committed.upTo = checkpointId;
              committed.times++;
              return committed.lines.length - before;
            },
            close: async () => {},
          }),
        })
        .uid('lines');
    },
  };
}

/**
 * One run, in which lines break at those messages (from 1) of which `is` holds. A snapshot cannot be written once, and the function fails once, so that there
 * is a checkpoint given up and an execution cancelled in it anyway. Resolves to how many messages there were.
 */
async function run(is: (message: ControlMessage) => boolean, lost: readonly number[], drain = false): Promise<number> {
  const committed: Committed = { upTo: 0, times: 0, lines: [] };
  let seen = 0;
  let writes = 0;
  let records = 0;
  const cluster = new LoopbackCluster({
    directory: directory.path,
    definition: jobOf(committed, drain ? Number.POSITIVE_INFINITY : EVENTS, () => ++records === 90),
    breaksAt: (message) => is(message) && lost.includes(++seen),
    beforeWrite: () => {
      if (++writes === 6) throw new Error('the disk was told to fail');
    },
  });
  try {
    await cluster.submit(5);
    for (let stopped = !drain; !stopped; ) {
      await eventually(() => committed.times >= 2 && cluster.job.state === 'RUNNING');
      stopped = (await cluster.dispatcher.execute({ type: 'stop', jobId: LOOPBACK_JOB, drain: true })).ok;
    }
    await cluster.finished();
    const next = new Map<string, number>();
    for (const { key, sequence, count } of committed.lines) {
      const before = next.get(key) ?? 0;
      expect({ key, sequence, count }).toEqual({ key, sequence: before * KEYS + Number(key.split('-')[1]), count: before + 1 });
      next.set(key, before + 1);
    }
    const lines = committed.lines.length;
    if (!drain) expect(lines).toBe(SOURCES * EVENTS);
    expect(cluster.job.ledger).toMatchObject({ made: lines, processed: lines, inFlight: 0, lost: 0, doubled: 0 });
    return seen;
  } finally {
    await cluster.stop();
    await directory.remove();
  }
}

it.each<{ type: ControlMessage['type']; most: number }>([
  { type: 'deploy', most: 4 },
  { type: 'cancel', most: 2 },
  { type: 'trigger-checkpoint', most: 8 },
  { type: 'checkpoint-complete', most: 6 },
  { type: 'checkpoint-aborted', most: 2 },
  { type: 'drain', most: 2 },
  { type: 'finish', most: 2 },
  { type: 'heartbeat-request', most: 3 },
  { type: 'register', most: 3 },
  { type: 'heartbeat', most: 3 },
  { type: 'task-state', most: 10 },
  { type: 'acknowledge-checkpoint', most: 12 },
  { type: 'decline-checkpoint', most: 1 },
  { type: 'execution-cancelled', most: 2 },
  { type: 'input-ended', most: 4 },
])('$type: one of them is lost, the first or a later one', async ({ type, most }) => {
  expect(await run((message) => message.type === type, [1], type === 'drain')).toBeGreaterThan(0);
  for (let nth = 2; nth <= most; nth++) await run((message) => message.type === type, [nth], type === 'drain');
});

it('any message is lost, and then one more while all is being put right', async () => {
  for (let nth = 1; (await run(() => true, [nth, nth + 1 + (nth % 13)])) >= nth; nth += 4);
});
