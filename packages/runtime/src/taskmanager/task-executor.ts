import type { ExecutionState, TaskManagerMetrics } from '@weir/protocol';
import type { JobDefinition } from '../api/job.js';
import type { OpenOperatorState, WriteOperatorState } from '../checkpoint/checkpoint-storage.js';
import type { Clock } from '../common/clock.js';
import { serializeError } from '../common/errors.js';
import { buildStreamGraph } from '../graph/environment.js';
import type { Doorbell } from '../network/doorbell.js';
import type { ExecutionId, TaskDeployment, ToJobManager, ToTaskManager } from '../rpc/taskmanager-messages.js';
import { type PublishedMessage, Publisher } from './publisher.js';
import type { StreamTask, TaskEvents } from './stream-task.js';
import { createTask, type TaskServices } from './task-factory.js';

/** Longest stretch one task works before the others and the control messages have their turn, ms. */
const SLICE_MS = 5;
/** The same while a checkpoint is under way: its messages, barriers and writing each wait for the end of a turn. */
const CHECKPOINT_SLICE_MS = 1;

export interface TaskExecutorOptions {
  readonly taskManagerId: string;
  readonly attempt: number;
  readonly slots: number;
  readonly startedAt: number;
  readonly osThreadId: number | undefined;
  readonly clock: Clock;
  readonly doorbell: Doorbell;
  readonly writeState: WriteOperatorState;
  readonly openState: OpenOperatorState;
  readonly keyedStateOf: TaskServices['keyedStateOf'];
  /** Imports a job's bundle. */
  readonly loadJob: (bundle: string) => Promise<JobDefinition<unknown>>;
  readonly sampleThread: () => Omit<TaskManagerMetrics, 'at' | 'networkBuffersTotal' | 'networkBuffersUsed'>;
  readonly publish: (messages: readonly PublishedMessage[]) => void;
}

/** One connection to a JobManager. */
export interface JobManagerGateway {
  send(message: ToJobManager): void;
}

interface Execution {
  readonly id: ExecutionId;
  readonly tasks: StreamTask[];
  readonly locations: Map<number, string>;
  readonly awaitingLocation: Map<number, ((directory: string) => void)[]>;
  readonly gateway: JobManagerGateway;
  /** Nothing is done a second time, or late, about checkpoints up to these ids. */
  triggered: number;
  settled: number;
  cancelled: boolean;
}

/**
 * A TaskManager: runs the tasks it is given, in one thread, as a cooperative loop. Control messages first (they come as events between two turns), then
 * each task for a bounded slice, then the event loop. Asleep, it costs nothing; a doorbell in shared memory wakes it.
 */
export class TaskExecutor {
  readonly #options: TaskExecutorOptions;
  readonly #publisher: Publisher;
  #gateway: JobManagerGateway | undefined;
  #execution: Execution | undefined;
  /** Ends the execution before: the next one starts when it is through. */
  #closing: Promise<void> = Promise.resolve();
  #turnScheduled = false;
  #sleeping: Promise<unknown> | undefined;

  constructor(options: TaskExecutorOptions) {
    this.#options = options;
    this.#publisher = new Publisher(options.clock, options.publish);
  }

  /** A JobManager leads: whatever ran for the one before is given up first. */
  async connect(gateway: JobManagerGateway): Promise<void> {
    this.#gateway = gateway;
    this.#cancelExecution(this.#execution, false);
    await this.#closing;
    if (this.#gateway !== gateway) return;
    const { taskManagerId, attempt, slots, startedAt, osThreadId } = this.#options;
    gateway.send({ type: 'register', taskManagerId, attempt, slots, startedAt, osThreadId });
  }

  /** The JobManager is gone: its tasks are of no use any more. */
  disconnect(gateway: JobManagerGateway): void {
    if (this.#gateway !== gateway) return;
    this.#gateway = undefined;
    this.#cancelExecution(this.#execution, false);
  }

  receive(message: ToTaskManager, gateway: JobManagerGateway): void {
    if (gateway !== this.#gateway) return;
    if (message.type === 'heartbeat-request') {
      gateway.send(this.#heartbeat());
      return;
    }
    if (message.type === 'deploy') {
      void this.#deploy(message, gateway);
      return;
    }
    const execution = this.#execution;
    if (message.type === 'cancel') {
      if (execution !== undefined && same(execution.id, message.execution)) this.#cancelExecution(execution, true);
      void this.#closing.then(() => gateway.send({ type: 'execution-cancelled', execution: message.execution }));
      return;
    }
    if (execution === undefined || !same(execution.id, message.execution)) return;
    switch (message.type) {
      case 'trigger-checkpoint':
        this.#triggerCheckpoint(execution, message);
        break;
      case 'checkpoint-complete':
        if (!settles(execution, message.checkpointId)) return;
        execution.locations.delete(message.checkpointId);
        this.#each(execution, (task) => task.chain.notifyCheckpointComplete(message.checkpointId));
        break;
      case 'checkpoint-aborted':
        if (!settles(execution, message.checkpointId)) return;
        execution.locations.delete(message.checkpointId);
        this.#each(execution, (task) => task.checkpointAborted(message.checkpointId));
        break;
      case 'drain':
        this.#each(execution, (task) => task.drain());
        break;
      case 'finish':
        // A cancel that comes meanwhile is through only when they are closed.
        this.#closing = Promise.all([this.#closing, this.#finish(execution)]).then(() => undefined);
        return;
    }
    this.#wake();
  }

  // Deployment

  async #deploy(message: Extract<ToTaskManager, { type: 'deploy' }>, gateway: JobManagerGateway): Promise<void> {
    this.#cancelExecution(this.#execution, false);
    const execution: Execution = {
      id: message.execution,
      tasks: [],
      locations: new Map(),
      awaitingLocation: new Map(),
      gateway,
      triggered: 0,
      settled: 0,
      cancelled: false,
    };
    this.#execution = execution;
    await this.#closing;
    let definition: JobDefinition<unknown>;
    try {
      definition = await this.#options.loadJob(message.job.bundle);
    } catch (error) {
      for (const deployment of message.tasks) this.#report(execution, deployment, 'FAILED', error);
      return;
    }
    const starting = Promise.all(message.tasks.map((deployment) => this.#start(execution, definition, message, deployment)));
    // A cancel that comes meanwhile is through only when none of them is being started any more.
    this.#closing = Promise.all([this.#closing, starting]).then(() => undefined);
    await starting;
  }

  async #start(
    execution: Execution,
    definition: JobDefinition<unknown>,
    { job }: Extract<ToTaskManager, { type: 'deploy' }>,
    deployment: TaskDeployment,
  ): Promise<void> {
    if (execution.cancelled) return;
    this.#report(execution, deployment, 'INITIALIZING');
    try {
      // A graph of its own per subtask: its function objects belong to it alone.
      const graph = buildStreamGraph(definition, job.parameters, job.parallelism);
      const task = await createTask(graph, job, execution.id, deployment, {
        taskManagerId: this.#options.taskManagerId,
        writeState: this.#options.writeState,
        openState: this.#options.openState,
        keyedStateOf: this.#options.keyedStateOf,
        events: this.#eventsOf(execution),
        publish: (jobId, vertexId, subtask, topic, payload) => this.#publisher.publish(jobId, vertexId, subtask, topic, payload),
        now: () => this.#options.clock.now(),
      });
      if (execution.cancelled) {
        await task.close();
        return;
      }
      execution.tasks.push(task);
      this.#report(execution, deployment, 'RUNNING');
      this.#scheduleLatencyMarkers(execution, task, job.latencyTrackingInterval);
      this.#wake();
    } catch (error) {
      this.#report(execution, deployment, 'FAILED', error);
    }
  }

  #scheduleLatencyMarkers(execution: Execution, task: StreamTask, interval: number): void {
    if (!task.isSource || interval <= 0) return;
    this.#options.clock.schedule(interval, () => {
      if (!execution.tasks.includes(task)) return;
      task.emitLatencyMarker();
      this.#wake();
      this.#scheduleLatencyMarkers(execution, task, interval);
    });
  }

  #eventsOf(execution: Execution): TaskEvents {
    const place = (task: StreamTask) => ({ vertexId: task.deployment.vertexId, subtask: task.deployment.subtask });
    const send = (message: ToJobManager): void => {
      if (!execution.cancelled) execution.gateway.send(message);
    };
    return {
      wake: () => this.#wake(),
      inputEnded: (task) => send({ type: 'input-ended', execution: execution.id, ...place(task) }),
      failed: (task, thrown) => this.#fail(execution, task, thrown),
      acknowledge: (task, checkpointId, states, figures) =>
        send({ type: 'acknowledge-checkpoint', execution: execution.id, checkpointId, ...place(task), states, figures }),
      decline: (task, checkpointId, reason) =>
        send({ type: 'decline-checkpoint', execution: execution.id, checkpointId, ...place(task), reason }),
      locationOf: (checkpointId) => {
        const known = execution.locations.get(checkpointId);
        if (known !== undefined) return Promise.resolve(known);
        return new Promise((resolve) => {
          execution.awaitingLocation.set(checkpointId, [...(execution.awaitingLocation.get(checkpointId) ?? []), resolve]);
        });
      },
    };
  }

  #triggerCheckpoint(execution: Execution, message: Extract<ToTaskManager, { type: 'trigger-checkpoint' }>): void {
    const { checkpointId, timestamp, flags, directory, stop } = message;
    if (checkpointId <= execution.triggered || checkpointId <= execution.settled) return;
    execution.triggered = checkpointId;
    execution.locations.set(checkpointId, directory);
    for (const resolve of execution.awaitingLocation.get(checkpointId) ?? []) resolve(directory);
    execution.awaitingLocation.delete(checkpointId);
    this.#each(execution, (task) => {
      if (task.isSource) task.triggerCheckpoint({ checkpointId, timestamp, flags }, stop);
    });
  }

  // Endings

  #fail(execution: Execution, task: StreamTask, thrown: unknown): void {
    const index = execution.tasks.indexOf(task);
    if (index < 0 || execution.cancelled) return;
    execution.tasks.splice(index, 1);
    this.#report(execution, task.deployment, 'FAILED', thrown);
    this.#closing = Promise.all([this.#closing, closeQuietly(task)]).then(() => undefined);
  }

  #cancelExecution(execution: Execution | undefined, report: boolean): void {
    if (execution === undefined || execution.cancelled) return;
    const tasks = execution.tasks.splice(0);
    if (report) for (const task of tasks) this.#report(execution, task.deployment, 'CANCELED');
    execution.cancelled = true;
    if (this.#execution === execution) this.#execution = undefined;
    this.#closing = Promise.all([this.#closing, ...tasks.map(closeQuietly)]).then(() => undefined);
  }

  async #finish(execution: Execution): Promise<void> {
    // The last word on the counters.
    execution.gateway.send(this.#heartbeat());
    for (const task of execution.tasks.splice(0)) {
      try {
        await task.close();
        this.#publisher.flush();
        this.#report(execution, task.deployment, 'FINISHED');
      } catch (error) {
        this.#report(execution, task.deployment, 'FAILED', error);
      }
    }
  }

  #report(execution: Execution, deployment: TaskDeployment, state: ExecutionState, thrown?: unknown): void {
    if (execution.cancelled) return;
    execution.gateway.send({
      type: 'task-state',
      execution: execution.id,
      vertexId: deployment.vertexId,
      subtask: deployment.subtask,
      state,
      at: this.#options.clock.now(),
      ...(thrown === undefined ? {} : { error: serializeError(thrown) }),
    });
  }

  /** Runs `action` on each task; one that throws fails alone. */
  #each(execution: Execution, action: (task: StreamTask) => void): void {
    for (const task of [...execution.tasks]) {
      try {
        action(task);
      } catch (error) {
        this.#fail(execution, task, error);
      }
    }
  }

  // The loop

  #wake(): void {
    if (this.#turnScheduled) return;
    this.#turnScheduled = true;
    this.#options.doorbell.markAwake();
    setImmediate(this.#turn);
  }

  readonly #turn = (): void => {
    this.#turnScheduled = false;
    if (this.#runTasks()) {
      this.#turnScheduled = true;
      setImmediate(this.#turn);
      return;
    }
    this.#sleep();
  };

  #runTasks(): boolean {
    const execution = this.#execution;
    if (execution === undefined) return false;
    let ran = false;
    const slice = execution.triggered > execution.settled ? CHECKPOINT_SLICE_MS : SLICE_MS;
    this.#each(execution, (task) => {
      if (task.canRun()) {
        task.run(performance.now() + slice);
        ran = true;
      }
    });
    return ran;
  }

  #sleep(): void {
    const doorbell = this.#options.doorbell;
    doorbell.markAsleep();
    const seen = doorbell.count;
    // Once more after being marked asleep: what was written before that nobody rings for.
    if (this.#runTasks()) {
      this.#wake();
      return;
    }
    if (this.#sleeping !== undefined) return;
    const rung = doorbell.wait(seen);
    if (rung === undefined) {
      this.#wake();
      return;
    }
    this.#sleeping = rung;
    void rung.then(() => {
      this.#sleeping = undefined;
      this.#wake();
    });
  }

  #heartbeat(): ToJobManager {
    let total = 0;
    let used = 0;
    const counters = [];
    for (const task of this.#execution?.tasks ?? []) {
      const { inTotal, inUse } = task.bufferUse();
      total += inTotal;
      used += inUse;
      const counted = task.chain.counters();
      if (Object.keys(counted).length > 0) {
        counters.push({ vertexId: task.deployment.vertexId, subtask: task.deployment.subtask, counters: counted });
      }
    }
    const metrics = {
      ...this.#options.sampleThread(),
      at: this.#options.clock.now(),
      networkBuffersTotal: total,
      networkBuffersUsed: used,
    };
    return { type: 'heartbeat', metrics, counters };
  }
}

async function closeQuietly(task: StreamTask): Promise<void> {
  try {
    await task.close();
  } catch {
    // It is being given up: what its functions make of that is of no interest any more.
  }
}

/** Checkpoints are completed or given up one after the other: whether the word of this one is news. */
function settles(execution: Execution, checkpointId: number): boolean {
  if (checkpointId <= execution.settled) return false;
  execution.settled = checkpointId;
  return true;
}

function same(a: ExecutionId, b: ExecutionId): boolean {
  return a.jobId === b.jobId && a.attempt === b.attempt;
}
