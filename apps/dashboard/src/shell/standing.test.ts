import type { CheckpointInfo, DashboardState, JobInfo, LedgerInfo, RecoveryInfo, VertexInfo } from '@weir/protocol';
import { describe, expect, it } from 'vitest';
import { shellMessages, standingText } from './messages.js';
import { standing } from './standing.js';

const NOW = 1_000_000;
const checkpoint = (id: number, rest: Partial<CheckpointInfo> = {}) =>
  ({ id, triggerTimestamp: NOW - 5_000, endToEndDuration: 58, ...rest }) as CheckpointInfo;

function state(job: Partial<JobInfo> | undefined, rest: { leading?: boolean; taskManagers?: object[] } = {}): DashboardState {
  const whole = job && {
    name: 'job',
    state: 'RUNNING',
    vertices: [],
    recoveries: [],
    exceptions: [],
    checkpointConfig: { interval: 10_000 },
    checkpoints: { latestCompleted: checkpoint(165) },
    ...job,
  };
  return {
    server: { now: NOW },
    engine: { jobManager: { leading: rest.leading ?? true }, taskManagers: rest.taskManagers ?? [], jobs: whole ? [whole] : [] },
  } as unknown as DashboardState;
}

const recovery = (phases: RecoveryInfo['phases']): RecoveryInfo => ({
  number: 1,
  cause: 'x',
  taskManagerId: 'taskmanager-2',
  checkpointId: 9,
  phases,
});
const ledger = (rest: Partial<LedgerInfo>): LedgerInfo => ({
  checkpointId: 165,
  made: 30,
  processed: 30,
  inFlight: 0,
  lost: 0,
  doubled: 0,
  exchanges: [],
  ...rest,
});
const vertex = (id: string, input: string | undefined, busy: number, waiting: number) =>
  ({
    id,
    name: id,
    inputs: input === undefined ? [] : [{ sourceVertexId: input }],
    subtasks: [{ metrics: { busyTimeMsPerSecond: busy, backPressuredTimeMsPerSecond: waiting } }],
  }) as unknown as VertexInfo;

const cases: readonly (readonly [string, DashboardState | undefined, string])[] = [
  ['nothing is known', undefined, 'Waiting for the first figures from the server.'],
  ['no JobManager leads', state({}, { leading: false }), 'No JobManager leads at the moment; its successor is taking over.'],
  ['all is well', state({}), 'Running. Checkpoint 165 took 58 ms.'],
  [
    'there is no checkpoint yet',
    state({ checkpoints: {} as never }),
    'Running. A checkpoint is taken every 10.0 s; the first is still to come.',
  ],
  [
    'a thread is dead and nobody knows',
    state({}, { taskManagers: [{ id: 'taskmanager-2', status: 'failed', registered: true }] }),
    'TaskManager 2 has died; the JobManager does not know it yet.',
  ],
  [
    'it is known',
    state({ state: 'RESTARTING', recoveries: [recovery({ failed: 1, detected: 2 })] }),
    'Failure: TaskManager 2. All tasks are being cancelled and will start again.',
  ],
  [
    'state is being restored',
    state({ state: 'RESTARTING', recoveries: [recovery({ failed: 1, detected: 2, 'checkpoint-chosen': 3 })] }),
    'Recovering from a failure (TaskManager 2): state is being read from checkpoint 9.',
  ],
  [
    'events are replayed, though the dead one is still marked so',
    state(
      { recoveries: [recovery({ failed: 1, detected: 2, replaying: 4 })] },
      { taskManagers: [{ id: 'taskmanager-2', status: 'failed', registered: true }] },
    ),
    'Replaying the events since checkpoint 9.',
  ],
  [
    'it has just recovered',
    state({ recoveries: [recovery({ failed: NOW - 2_000, running: NOW - 1_860 })] }),
    'Running again. The failure (TaskManager 2) took 140 ms; state came back from checkpoint 9.',
  ],
  [
    'a checkpoint failed since',
    state({ checkpoints: { latestCompleted: checkpoint(4), latestFailed: checkpoint(5, { failureMessage: 'disk full' }) } as never }),
    'Running, but checkpoint 5 failed: disk full.',
  ],
  [
    'one is too slow',
    state({ vertices: [vertex('Source', undefined, 100, 800), vertex('Process', 'Source', 980, 0)] }),
    'Running, but Process is the bottleneck: it is busy 98% of the time and Source waits 80%.',
  ],
  [
    'it failed',
    state({ state: 'FAILED', failure: 'no checkpoint fits' }),
    'The job has failed: no checkpoint fits. It can be started again from the menu beside its state.',
  ],
  [
    'a checkpoint tells that all is there',
    state({ ledger: ledger({}) }),
    'Running. Checkpoint 165 took 58 ms. Nothing lost, nothing doubled.',
  ],
  [
    'it has just recovered, and a newer checkpoint tells that all is there',
    state({ ledger: ledger({}), recoveries: [{ ...recovery({ failed: NOW - 2_000, running: NOW - 1_860 }), recordsReplayed: 26 }] }),
    'Running again. The failure (TaskManager 2) took 140 ms; state came back from checkpoint 9. 26 records were replayed. Nothing lost, nothing doubled.',
  ],
  [
    'it has just recovered, and what is told is of the time before',
    state({ ledger: ledger({ checkpointId: 9 }), recoveries: [recovery({ failed: NOW - 2_000, running: NOW - 1_860 })] }),
    'Running again. The failure (TaskManager 2) took 140 ms; state came back from checkpoint 9.',
  ],
  [
    'something is missing',
    state({ ledger: ledger({ lost: 3 }), recoveries: [recovery({ failed: NOW - 2_000, running: NOW - 1_860 })] }),
    'Running, but by checkpoint 165 3 records were lost and 0 doubled. This must not be: please report it.',
  ],
  [
    'something is doubled that may be',
    state({ ledger: ledger({ doubled: 1_200 }), checkpointConfig: { mode: 'AT_LEAST_ONCE' } as never }),
    'Running. Checkpoint 165 has 1,200 records doubled, as at least once allows.',
  ],
  ['there is no job', state(undefined), 'No job is running. Start one with “npm start”, or start the last one again from the menu.'],
];

describe('the sentence on top', () => {
  it.each(cases)('when %s', (_, given, sentence) => {
    expect(standingText(shellMessages.en.stands, standing(given, 'en'))).toBe(sentence);
    expect(standingText(shellMessages.ko.stands, standing(given, 'ko'))).toMatch(/[가-힣]/);
  });
});
