import type { EmbeddedEngine, JobSubmission, StoredJob } from '../engine-types.js';
import { FakeEngine } from './fake-engine.js';

/** A fake engine that takes jobs as well. */
export class FakeEmbeddedEngine extends FakeEngine implements EmbeddedEngine {
  stored: StoredJob[] = [];
  readonly submissions: JobSubmission[] = [];
  refusal: Error | undefined;
  readonly figuresIntervals: number[] = [];

  storedJobs(): readonly StoredJob[] {
    return this.stored;
  }

  async submitJob(submission: JobSubmission): Promise<{ readonly jobId: string }> {
    if (this.refusal) throw this.refusal;
    this.submissions.push(submission);
    return { jobId: `job-${this.submissions.length}` };
  }

  async resumeJob(_jobId: string, submission: JobSubmission): Promise<void> {
    this.submissions.push(submission);
  }

  setFiguresInterval(interval: number): void {
    this.figuresIntervals.push(interval);
  }

  async stop(): Promise<void> {}
}
