import { describe, expect, it } from 'vitest';
import { CheckpointsDamagedError } from '../checkpoint/checkpoint-restore.js';
import { IncompatibleStateError, InvalidConfigurationError } from '../common/errors.js';
import { failureFrom, TaskFailure } from './job-failure.js';

const AT = 5;
const task = (code?: string) =>
  new TaskFailure(
    { name: 'TypeError', message: 'x is undefined', stack: 'at map', ...(code === undefined ? {} : { code }) },
    'map (1/3)',
    'taskmanager-2',
  );

describe('what user code throws', () => {
  it('is worth a restart, and names task and TaskManager', () => {
    expect(failureFrom(AT, task(), false)).toMatchObject({
      message: 'map (1/3) on taskmanager-2: TypeError: x is undefined',
      final: false,
      exception: { at: AT, name: 'TypeError', stack: 'at map', task: 'map (1/3)', taskManagerId: 'taskmanager-2' },
    });
  });

  it('ends a job that is to fail with it', () => {
    expect(failureFrom(AT, task(), true).final).toBe(true);
  });
});

describe('no restart mends', () => {
  it.each([
    ['state that does not fit', task('INCOMPATIBLE_STATE')],
    ['a wrong configuration that a task finds', task('INVALID_CONFIGURATION')],
    ['state that the JobManager finds not to fit', new IncompatibleStateError('counting', 'its key type differs')],
    ['a wrong configuration', new InvalidConfigurationError('too few slots')],
  ])('%s', (_, thrown) => {
    expect(failureFrom(AT, thrown, false)).toMatchObject({ final: true });
  });

  it('damaged checkpoints, which is said apart', () => {
    const thrown = new CheckpointsDamagedError(['chk-3 is cut off'], 'No other is there.');
    expect(failureFrom(AT, thrown, false)).toMatchObject({ final: true, checkpointsDamaged: true });
  });
});

it('anything else may go away: a restart', () => {
  expect(failureFrom(AT, new Error('EIO'), false)).toMatchObject({ message: 'EIO', final: false, checkpointsDamaged: false });
});
