import { readFile } from 'node:fs/promises';
import { basename } from 'node:path';
import type {
  CheckpointDetails,
  Checkpoints,
  ClusterOverview,
  JobDetails,
  JobExceptions,
  Subtask,
  TaskManagers,
  VertexCheckpoint,
} from './answers.js';

/** Flink refused, or answered that it could not. */
export class FlinkRestError extends Error {
  override readonly name = 'FlinkRestError';
  /** Of HTTP. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

export interface RunJar {
  readonly entryClass: string;
  readonly programArguments: readonly string[];
  readonly parallelism?: number;
}

/** Those parts of Flink 1.17's REST API that are used here. Every method fails with FlinkRestError, or with fetch's own error where nobody answers. */
export class FlinkRestClient {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  overview(): Promise<ClusterOverview> {
    return this.#get('/overview');
  }

  taskManagers(): Promise<TaskManagers> {
    return this.#get('/taskmanagers');
  }

  /** The jar's id. */
  async uploadJar(path: string): Promise<string> {
    const form = new FormData();
    form.append('jarfile', new Blob([await readFile(path)], { type: 'application/x-java-archive' }), basename(path));
    const { filename } = await this.#answer<{ filename: string }>('/jars/upload', { method: 'POST', body: form });
    return basename(filename);
  }

  /** The job's id. */
  async runJar(jar: string, { entryClass, programArguments, parallelism }: RunJar): Promise<string> {
    const body = { entryClass, programArgsList: programArguments, ...(parallelism === undefined ? {} : { parallelism }) };
    const { jobid } = await this.#answer<{ jobid: string }>(`/jars/${jar}/run`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return jobid;
  }

  job(jobId: string): Promise<JobDetails> {
    return this.#get(`/jobs/${jobId}`);
  }

  async subtasks(jobId: string, vertexId: string): Promise<readonly Subtask[]> {
    return (await this.#get<{ subtasks: readonly Subtask[] }>(`/jobs/${jobId}/vertices/${vertexId}`)).subtasks;
  }

  checkpoints(jobId: string): Promise<Checkpoints> {
    return this.#get(`/jobs/${jobId}/checkpoints`);
  }

  checkpoint(jobId: string, id: number): Promise<CheckpointDetails> {
    return this.#get(`/jobs/${jobId}/checkpoints/details/${id}`);
  }

  checkpointOfVertex(jobId: string, id: number, vertexId: string): Promise<VertexCheckpoint> {
    return this.#get(`/jobs/${jobId}/checkpoints/details/${id}/subtasks/${vertexId}`);
  }

  exceptions(jobId: string): Promise<JobExceptions> {
    return this.#get(`/jobs/${jobId}/exceptions`);
  }

  #get<T>(path: string): Promise<T> {
    return this.#answer<T>(path, {});
  }

  async #answer<T>(path: string, init: RequestInit): Promise<T> {
    const response = await fetch(`${this.url}/v1${path}`, init);
    const text = await response.text();
    if (!response.ok) throw new FlinkRestError(response.status, reasonIn(text) ?? `${path} was answered by ${response.status}`);
    return (text === '' ? undefined : JSON.parse(text)) as T;
  }
}

/** Flink's `{"errors": ["class", "stack trace"]}`: the last cause says most. */
function reasonIn(text: string): string | undefined {
  try {
    const { errors } = JSON.parse(text) as { errors?: readonly string[] };
    return errors?.filter((error) => error !== '').join('\n');
  } catch {
    return undefined;
  }
}
