import type { JobInfo } from '@weir/protocol';
import { alarmsOf } from '@weir/protocol/alarms';
import { describe, expect, it } from 'vitest';
import { alarmText } from './alarm-text.js';

const job = (rest: object): JobInfo =>
  ({
    id: 'j',
    name: 'detection',
    state: 'RUNNING',
    recoveries: [],
    exceptions: [],
    checkpoints: { history: [] },
    timestamps: { FAILED: 9 },
    ...rest,
  }) as unknown as JobInfo;
const failed = (id: number, at: number) => ({
  id,
  status: 'FAILED',
  triggerTimestamp: at,
  failureTimestamp: at,
  failureMessage: 'disk full\nstack',
});

describe('alarms', () => {
  it('a commit that is overdue says that nothing else is taken until it has ended', () => {
    const alarms = alarmsOf(job({ overdueCommit: { checkpointId: 4, since: 1, noticed: 6, reason: 'disk full\nstack' } }));
    expect(alarms).toMatchObject([{ id: 'j commit 4 1', at: 6 }]);
    expect(alarms.map((alarm) => alarmText(alarm, 'en'))).toEqual([
      {
        title: 'Checkpoint 4 is not being committed',
        detail: 'disk full. No other checkpoint is taken and no alert is released until its sinks have committed it.',
      },
    ]);
  });

  it('are raised for a failed checkpoint, a recovery and a failed job, oldest first', () => {
    const alarms = alarmsOf(
      job({
        state: 'FAILED',
        failure: 'user code',
        checkpoints: { history: [failed(3, 5)] },
        recoveries: [
          { number: 1, cause: 'x', taskManagerId: 'taskmanager-2', checkpointId: 2, phases: { failed: 1, detected: 2, running: 3 } },
        ],
      }),
    );
    expect(alarms.map(({ id }) => id)).toEqual(['j recovery 1', 'j checkpoint 3', 'j failed']);
    expect(alarms.map((alarm) => alarmText(alarm, 'en'))).toEqual([
      { title: 'Failure: TaskManager 2', detail: 'The job restarts from checkpoint 2.' },
      { title: 'Checkpoint 3 failed', detail: 'disk full' },
      { title: 'The job “detection” has failed', detail: 'user code' },
    ]);
  });

  it('are not raised for a checkpoint that a failure of a task broke off', () => {
    const recoveries = [{ number: 1, cause: 'x', phases: { failed: 4, detected: 5, running: 8 } }];
    expect(alarmsOf(job({ recoveries, checkpoints: { history: [failed(3, 6)] } })).map(({ kind }) => kind)).toEqual(['recovery']);
  });

  it('are none without a job', () => expect(alarmsOf(undefined)).toEqual([]));
});
