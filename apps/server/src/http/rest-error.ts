/** An answer other than 2xx. `message` is for the client: Flink's own wording where it has one, and never a stack. */
export class RestError extends Error {
  override readonly name = 'RestError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Flink's shape of every error body. */
export interface ErrorBody {
  readonly errors: readonly string[];
}

export function errorBody(...errors: readonly string[]): ErrorBody {
  return { errors };
}

/** What Flink's gateway says while no JobManager leads. */
export const LEADER_ELECTION = 'Service temporarily unavailable due to an ongoing leader election. Please refresh.';
