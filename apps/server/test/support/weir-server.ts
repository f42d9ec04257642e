import { WeirProcess } from './weir-process.js';

export interface Alert {
  readonly seq: number;
  readonly id: string;
  readonly userId: string;
  readonly count: number;
  readonly timestamp: number;
  readonly message: string;
}

interface Checkpoint {
  readonly id: number;
  readonly failure_message?: string;
  readonly external_path: string;
}

export interface Checkpoints {
  readonly counts: { readonly completed: number; readonly failed: number; readonly in_progress: number; readonly restored: number };
  readonly latest: { readonly completed: Checkpoint | null; readonly restored: Checkpoint | null; readonly failed: Checkpoint | null };
}

/** `weir start` on a free port. */
export class WeirServer extends WeirProcess {
  static readonly #standing = /^Weir is (?:ready at|at) (http:\S+?)(?:, but the job is (.*))?$/m;

  constructor(dataDirectory: string, args: readonly string[] = []) {
    super(['start', '--port', '0', '--data-dir', dataDirectory, ...args]);
  }

  /** What it has printed about its job. */
  get standing(): { readonly url: string; readonly failure: string | undefined } | undefined {
    const match = WeirServer.#standing.exec(this.stdout);
    return match === null ? undefined : { url: match[1] ?? '', failure: match[2] };
  }

  /** Resolves once it says that it is ready. */
  async ready(): Promise<this> {
    await this.must('weir start', () => this.standing);
    if (this.standing?.failure !== undefined) throw new Error(`the job is ${this.standing.failure}`);
    return this;
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.standing?.url}${path}`);
    if (!response.ok) throw new Error(`${path} answered ${response.status}: ${await response.text()}`);
    return (await response.json()) as T;
  }

  async jobId(): Promise<string> {
    const { jobs } = await this.get<{ jobs: { jid: string }[] }>('/jobs/overview');
    return jobs[0]?.jid ?? '';
  }

  async jobState(): Promise<string> {
    return (await this.get<{ state: string }>(`/jobs/${await this.jobId()}`)).state;
  }

  async checkpoints(): Promise<Checkpoints> {
    return this.get<Checkpoints>(`/jobs/${await this.jobId()}/checkpoints`);
  }

  async alerts(): Promise<readonly Alert[]> {
    const all: Alert[] = [];
    for (;;) {
      const { alerts } = await this.get<{ alerts: Alert[] }>(`/api/alerts?after=${all.length}&limit=1000`);
      all.push(...alerts);
      if (alerts.length < 1000) return all;
    }
  }

  /** Stopped as a user stops it. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return (await this.exited).code;
  }
}
