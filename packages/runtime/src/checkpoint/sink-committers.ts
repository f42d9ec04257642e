import type { CommitPart, Committer } from '../api/sink.js';
import type { StreamGraph } from '../graph/stream-graph.js';
import type { CheckpointMetadata, OpenOperatorState } from './checkpoint-storage.js';

export interface SinkCommittersOptions {
  readonly jobId: string;
  readonly lineage: string;
  readonly openState: OpenOperatorState;
  /** `total`: records of the lineage that the sink has committed, these included. */
  readonly onCommitted: (uid: string, checkpointId: number, records: number, total: number) => void;
}

/**
 * The committers of a job's two-phase sinks: their second phase, one commit at a time.
 *
 * Which checkpoint a sink has committed up to is the sink's own durable knowledge, apart from the checkpoints.
 */
export class SinkCommitters {
  readonly #options: SinkCommittersOptions;
  readonly #committers = new Map<string, Committer>();
  readonly #upTo = new Map<string, number>();

  constructor(graph: StreamGraph, options: SinkCommittersOptions) {
    this.#options = options;
    for (const { operator, uid } of graph.nodes) {
      if (operator.type !== 'sink' || uid === undefined) continue;
      const committer = operator.sink.createCommitter?.({ jobId: options.jobId, lineage: options.lineage, operatorUid: uid });
      if (committer !== undefined) this.#committers.set(uid, committer);
    }
  }

  /** Once, before the first commit. */
  async open(): Promise<void> {
    for (const [uid, committer] of this.#committers) this.#upTo.set(uid, await committer.open());
  }

  /** Records of the lineage that each sink has committed, by uid. */
  get committedRecords(): ReadonlyMap<string, number> {
    return new Map([...this.#committers].map(([uid, committer]) => [uid, committer.committedRecords()]));
  }

  /** The last checkpoint of which any sink has committed something. */
  get committedUpTo(): number {
    return Math.max(0, ...this.#upTo.values());
  }

  /** Commits what the checkpoint holds for the sinks and has not been committed before. */
  async commit(checkpointId: number, directory: string, metadata: CheckpointMetadata): Promise<void> {
    for (const [uid, committer] of this.#committers) {
      const handles = metadata.operators.find((operator) => operator.uid === uid)?.handles ?? [];
      const withParts = handles.filter((handle) => handle.sections.some((section) => section.kind === 'committable'));
      if (withParts.length === 0) continue;
      const opened: Awaited<ReturnType<OpenOperatorState>>[] = [];
      try {
        const parts: CommitPart[] = [];
        for (const handle of withParts) {
          const identity = { jobId: metadata.jobId, checkpointId, operatorUid: uid, subtask: handle.subtask };
          const file = await this.#options.openState(directory, identity, handle);
          opened.push(file);
          for (const section of file.sections) {
            if (section.kind !== 'committable' || checkpointOf(section.name) <= (this.#upTo.get(uid) ?? 0)) continue;
            parts.push({ subtask: handle.subtask, bytes: section.chunks() });
          }
        }
        if (parts.length === 0) continue;
        const records = await committer.commit(checkpointId, parts);
        this.#upTo.set(uid, Math.max(checkpointId, this.#upTo.get(uid) ?? 0));
        if (records > 0) this.#options.onCommitted(uid, checkpointId, records, committer.committedRecords());
      } finally {
        for (const file of opened) await file.close();
      }
    }
  }

  async close(): Promise<void> {
    for (const committer of this.#committers.values()) await committer.close();
  }
}

/** Names the section of what a sink's writer handed over for a checkpoint: that of the section itself, or one before that was given up. */
export function committableName(checkpointId: number): string {
  return `committable@${checkpointId}`;
}

function checkpointOf(name: string): number {
  return Number(name.slice(name.indexOf('@') + 1));
}
