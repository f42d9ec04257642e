import type { CheckpointTasks } from '../checkpoint/checkpoint-coordinator.js';
import type { RestorePoint } from '../checkpoint/checkpoint-restore.js';
import type { Clock } from '../common/clock.js';
import { WeirError } from '../common/errors.js';
import type { ExecutionId, ToTaskManager } from '../rpc/taskmanager-messages.js';
import { createDeployments } from './deployment.js';
import type { ExecutionGraph } from './execution-graph.js';
import type { JobRecord } from './job-record.js';
import type { ResourceManager } from './resource-manager.js';

/** A TaskManager that has not ended its tasks by then (user code that does not return from `close`) is ended itself, as in Flink. */
const CANCELLATION_TIMEOUT_MS = 15_000;

/** Brings the tasks of an execution to the TaskManagers, speaks to them all, and gets them off again. */
export class ExecutionDeployer {
  readonly #record: JobRecord;
  readonly #resources: ResourceManager;
  readonly #clock: Clock;
  /** TaskManagers that still have to say that nothing of the last execution runs there. */
  readonly #cancelling = new Set<string>();
  #onCancelled: (() => void) | undefined;

  constructor(record: JobRecord, resources: ResourceManager, clock: Clock) {
    this.#record = record;
    this.#resources = resources;
    this.#clock = clock;
  }

  /** Makes the channels, and what each TaskManager is to be told; the returned function tells it. Throws if a TaskManager has been lost. */
  prepare(execution: ExecutionGraph, point: RestorePoint | undefined): () => void {
    const deployments = createDeployments(execution, point, (id) => this.#resources.connection(id)?.doorbell ?? missingDoorbell(id));
    return () => {
      const usedSlots = [...deployments].map(([id, tasks]) => [id, new Set(tasks.map((task) => task.slot)).size] as const);
      this.#resources.setUsedSlots(new Map(usedSlots));
      for (const task of execution.executions) {
        task.enter('SCHEDULED', this.#clock.now());
        task.enter('DEPLOYING', this.#clock.now());
      }
      const { bundleFile, configuration, jobId, lineage, parameters } = this.#record;
      const job = {
        jobId,
        lineage,
        bundle: bundleFile,
        parameters,
        parallelism: configuration.parallelism,
        mode: configuration.checkpointing.mode,
        latencyTrackingInterval: configuration.latencyTrackingInterval,
        stateBackend: configuration.stateBackend,
      };
      for (const [id, tasks] of deployments)
        this.#resources.connection(id)?.send({ type: 'deploy', execution: this.#executionId(execution), job, tasks });
    };
  }

  /** To each TaskManager that has tasks of the execution. */
  broadcast(execution: ExecutionGraph, message: (id: ExecutionId) => ToTaskManager): void {
    for (const id of execution.taskManagerIds) this.#resources.connection(id)?.send(message(this.#executionId(execution)));
  }

  /** The execution, as the checkpoint coordinator sees it. `onStop`: a barrier behind which sources emit nothing is on its way. */
  checkpointTasks(execution: ExecutionGraph, onStop: () => void): CheckpointTasks {
    return {
      vertices: execution.graph.vertices.map(({ id, parallelism }) => ({ id, parallelism })),
      trigger: (checkpointId, timestamp, flags, directory, stop) => {
        if (stop) onStop();
        const barrier = { checkpointId, timestamp, flags, directory, stop };
        this.broadcast(execution, (id) => ({ type: 'trigger-checkpoint', execution: id, ...barrier }));
      },
      notifyComplete: (checkpointId) => this.broadcast(execution, (id) => ({ type: 'checkpoint-complete', execution: id, checkpointId })),
      notifyAborted: (checkpointId) => this.broadcast(execution, (id) => ({ type: 'checkpoint-aborted', execution: id, checkpointId })),
    };
  }

  /** Resolves once nothing of the execution runs any more: each TaskManager has said so, or has ended. */
  async cancel(execution: ExecutionGraph): Promise<void> {
    for (const id of execution.taskManagerIds) {
      const connection = this.#resources.connection(id);
      if (connection === undefined) continue;
      this.#cancelling.add(id);
      connection.send({ type: 'cancel', execution: this.#executionId(execution) });
    }
    if (this.#cancelling.size === 0) return;
    const overdue = this.#clock.schedule(CANCELLATION_TIMEOUT_MS, () => {
      for (const id of [...this.#cancelling])
        this.#resources.terminate(id, `it had not ended its tasks after ${CANCELLATION_TIMEOUT_MS} ms`);
    });
    await new Promise<void>((resolve) => {
      this.#onCancelled = resolve;
    });
    overdue.cancel();
  }

  /** A TaskManager's word that its tasks have ended, or that of its own end. */
  cancelled(taskManagerId: string): void {
    this.#cancelling.delete(taskManagerId);
    if (this.#cancelling.size > 0) return;
    this.#onCancelled?.();
    this.#onCancelled = undefined;
  }

  #executionId(execution: ExecutionGraph): ExecutionId {
    return { jobId: this.#record.jobId, attempt: execution.attempt };
  }
}

function missingDoorbell(id: string): never {
  throw new WeirError('TASKMANAGER_LOST', `${id} was lost while the job was being deployed`);
}
