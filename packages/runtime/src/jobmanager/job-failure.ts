import type { ExceptionInfo } from '@weir/protocol';
import { CheckpointsDamagedError } from '../checkpoint/checkpoint-restore.js';
import { IncompatibleStateError, type SerializedError, serializeError, type WeirError } from '../common/errors.js';

/** A task threw: what it says is the user's, or the engine's about the user's data. */
export class TaskFailure {
  readonly error: SerializedError;
  readonly task: string;
  readonly taskManagerId: string;

  constructor(error: SerializedError, task: string, taskManagerId: string) {
    this.error = error;
    this.task = task;
    this.taskManagerId = taskManagerId;
  }
}

export interface JobFailure {
  readonly message: string;
  readonly exception: ExceptionInfo;
  /** When it happened, as opposed to when it was noticed. */
  readonly at: number;
  readonly taskManagerId?: string;
  /** No restart can help, or none is wanted. */
  readonly final: boolean;
  readonly checkpointsDamaged?: boolean;
  /** Not the job's failure: whatever the restart strategy says, it goes on. */
  readonly ofJobManager?: boolean;
}

/** What it means for the job that this was thrown at that time: Flink's ExecutionFailureHandler, and ThrowableClassifier. */
export function failureFrom(at: number, thrown: unknown, failOnUserException: boolean): JobFailure {
  if (thrown instanceof TaskFailure) {
    const { error, task, taskManagerId } = thrown;
    const unrecoverable = error.code === 'INCOMPATIBLE_STATE' || error.code === 'INVALID_CONFIGURATION';
    return {
      message: `${task} on ${taskManagerId}: ${error.name}: ${error.message}`,
      at,
      final: unrecoverable || failOnUserException,
      exception: { at, name: error.name, message: error.message, stack: error.stack, task, taskManagerId },
    };
  }
  const damaged = thrown instanceof CheckpointsDamagedError;
  const final = damaged || thrown instanceof IncompatibleStateError || (thrown as WeirError).code === 'INVALID_CONFIGURATION';
  const exception = exceptionFrom(at, thrown);
  return { message: exception.message, at, final, exception, checkpointsDamaged: damaged };
}

/** `lostAt`: when its thread ended, as far as is known; `now`: when that was noticed. */
export function taskManagerLoss(now: number, id: string, reason: string, lostAt: number): JobFailure {
  const message = `${id} was lost: ${reason}`;
  return {
    message,
    at: lostAt,
    taskManagerId: id,
    final: false,
    exception: { ...exceptionOf(now, 'TaskManagerLostError', message), taskManagerId: id },
  };
}

export function jobManagerLoss(cause: string, lostAt: number): JobFailure {
  return {
    message: cause,
    at: lostAt,
    final: false,
    ofJobManager: true,
    exception: { at: lostAt, name: 'JobManagerLostError', message: cause, stack: cause },
  };
}

export function exceptionOf(at: number, name: string, message: string): ExceptionInfo {
  return { at, name, message, stack: `${name}: ${message}` };
}

export function exceptionFrom(at: number, thrown: unknown): ExceptionInfo {
  const { name, message, stack } = serializeError(thrown);
  return { at, name, message, stack };
}
