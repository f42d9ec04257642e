import { readCheckpoint } from '@weir/runtime/storage';
import type { CheckpointFigures, Contender, FirstAlert, Run, Work, Workload } from '../contender.js';
import { sleep } from '../measurements/measurement.js';
import { type TemporaryDirectory, temporaryDirectory } from '../temporary.js';
import { workOf } from './weir-figures.js';
import { WeirProcess } from './weir-process.js';

/** `weir start --source load`: the whole system, server, page and alert log with it. */
export class WeirCommand implements Contender {
  readonly system = 'weir';
  readonly name = 'weir start';
  readonly setup = 'default';
  readonly warmUp = 3;
  readonly settings = {
    command: 'weir start --source load, all else by default: server and page, alerts to the alert log',
    runtime: `Node ${process.version}, UV_THREADPOOL_SIZE=16, no flags; no profile is taken of it`,
  };

  refuses({ count, skew, sink, stateBackend }: Workload): string | undefined {
    if (count !== undefined) return 'weir start has no source that ends';
    if (skew !== 'uniform') return 'weir start has no option for skewed keys';
    if (stateBackend !== 'hashmap') return `there is no state backend ${stateBackend} yet`;
    return sink === 'count' ? undefined : 'weir start has its own sink';
  }

  async start(workload: Workload): Promise<Run> {
    const directory = await temporaryDirectory();
    try {
      const weir = await WeirProcess.start([...optionsOf(workload), '--data-dir', directory.path]);
      const { jobs } = await weir.get<{ jobs: { id: string }[] }>('/jobs');
      return new CommandRun(weir, jobs[0].id, directory);
    } catch (error) {
      await directory.remove();
      throw error;
    }
  }
}

function optionsOf({ keys, rate, abnormalRate, seed, threshold, parallelism, checkpointInterval, unaligned }: Workload): readonly string[] {
  const options = { keys, rate, 'abnormal-rate': abnormalRate, seed, threshold, parallelism, taskmanagers: parallelism, unaligned };
  return [
    '--source',
    'load',
    ...Object.entries(options).flatMap(([name, value]) => [`--${name}`, String(value)]),
    '--checkpoint-interval',
    // It has no "never": longer than any run.
    checkpointInterval === 0 ? '1h' : `${checkpointInterval}ms`,
  ];
}

class CommandRun implements Run {
  readonly startedAt: number;
  readonly runningAt: number;
  readonly url: string;
  readonly #weir: WeirProcess;
  readonly #job: string;
  readonly #directory: TemporaryDirectory;

  constructor(weir: WeirProcess, job: string, directory: TemporaryDirectory) {
    this.#weir = weir;
    this.#job = job;
    this.#directory = directory;
    this.startedAt = weir.startedAt;
    this.runningAt = weir.readyAt;
    this.url = weir.url;
  }

  async processed(): Promise<number> {
    const { vertices } = await this.#weir.get<{ vertices: { name: string; metrics: { 'read-records': number } }[] }>(`/jobs/${this.#job}`);
    return vertices
      .filter(({ name }) => name.startsWith('AbnormalCountProcess'))
      .reduce((sum, { metrics }) => sum + metrics['read-records'], 0);
  }

  async checkpoints(): Promise<readonly CheckpointFigures[]> {
    const { history } = await this.#weir.get<{ history: RestCheckpoint[] }>(`/jobs/${this.#job}/checkpoints`);
    return history.map((each) => ({
      id: each.id,
      status: each.status,
      triggeredAt: each.trigger_timestamp,
      duration: each.end_to_end_duration,
      size: each.checkpointed_size,
      persistedData: each.persisted_data,
    }));
  }

  processes(): readonly number[] {
    return [this.#weir.pid];
  }

  async failTaskManager(): Promise<number> {
    await this.#weir.post('/api/taskmanagers/taskmanager-1/fail', { mode: 'crash' });
    return Date.now();
  }

  async firstAlerts(): Promise<readonly FirstAlert[]> {
    throw new Error('the sink of weir start does not tell');
  }

  async latencies(): Promise<readonly string[]> {
    throw new Error('the sink of weir start does not tell');
  }

  async finished(): Promise<Work> {
    throw new Error('weir start has no source that ends');
  }

  async stop(): Promise<Work> {
    const trigger = await this.#weir.post<{ 'request-id': string }>(`/jobs/${this.#job}/stop`, { drain: false });
    for (;;) {
      const { status, operation } = await this.#weir.get<RestOperation>(`/jobs/${this.#job}/savepoints/${trigger['request-id']}`);
      if (operation?.['failure-cause'] !== undefined) throw new Error(JSON.stringify(operation['failure-cause']));
      if (status.id === 'COMPLETED' && operation?.location !== undefined) {
        const { last } = await this.#weir.get<{ last: number }>('/api/alerts?limit=1');
        return workOf(await readCheckpoint(operation.location), last);
      }
      await sleep(50);
    }
  }

  async dispose(): Promise<void> {
    await this.#weir.end();
    await this.#directory.remove();
  }
}

/** Flink's REST API. */
interface RestCheckpoint {
  readonly id: number;
  readonly status: CheckpointFigures['status'];
  readonly trigger_timestamp: number;
  readonly end_to_end_duration: number;
  readonly checkpointed_size: number;
  readonly persisted_data: number;
}

interface RestOperation {
  readonly status: { readonly id: 'IN_PROGRESS' | 'COMPLETED' };
  readonly operation?: { readonly location?: string; readonly 'failure-cause'?: unknown };
}
