import { randomUUID } from 'node:crypto';
import type { CommandResult } from '@weir/protocol';

export type OperationKind = 'checkpoint' | 'savepoint';

export interface Operation {
  readonly kind: OperationKind;
  readonly jobId: string;
  /** Undefined while it is under way. */
  result: CommandResult | undefined;
}

/** Flink forgets them after five minutes; here the oldest make room. */
const KEPT = 1_000;

/** Operations that a client started and asks after by their trigger id. */
export class AsyncOperations {
  readonly #operations = new Map<string, Operation>();

  /** Starts it; a client may choose the id, so that a repeated request starts nothing twice. */
  start(kind: OperationKind, jobId: string, triggerId: string | undefined, run: () => Promise<CommandResult>): string {
    const id = triggerId ?? randomUUID().replaceAll('-', '');
    if (this.#operations.has(id)) return id;
    const operation: Operation = { kind, jobId, result: undefined };
    this.#operations.set(id, operation);
    for (const oldest of this.#operations.keys()) {
      if (this.#operations.size <= KEPT) break;
      this.#operations.delete(oldest);
    }
    run().then(
      (result) => {
        operation.result = result;
      },
      (error: unknown) => {
        operation.result = { ok: false, code: 'FAILED', message: error instanceof Error ? error.message : String(error) };
      },
    );
    return id;
  }

  find(kind: OperationKind, jobId: string, id: string): Operation | undefined {
    const operation = this.#operations.get(id);
    return operation?.kind === kind && operation.jobId === jobId ? operation : undefined;
  }
}
