/**
 * Base of every error that Weir raises on purpose.
 *
 * `code` is stable and meant for programs; `message` is one sentence or two for a person: what is wrong, and what to do.
 */
export class WeirError extends Error {
  readonly code: string;

  constructor(code: string, message: string, options?: { cause?: unknown }) {
    super(message, options);
    this.code = code;
    this.name = new.target.name;
  }
}

/** A job graph, option or argument that cannot be used as given. Raised before anything runs. */
export class InvalidConfigurationError extends WeirError {
  constructor(message: string) {
    super('INVALID_CONFIGURATION', message);
  }
}

/** Stored bytes are not what was written: damaged, cut, swapped or missing. `path` names the file. */
export class CorruptCheckpointError extends WeirError {
  readonly path: string;

  constructor(path: string, what: string) {
    super('CORRUPT_CHECKPOINT', `${path}: ${what}`);
    this.path = path;
  }
}

/** State in a checkpoint does not fit the job that wants it. `operator` is the uid it is about. */
export class IncompatibleStateError extends WeirError {
  readonly operator: string;

  constructor(operator: string, what: string) {
    super('INCOMPATIBLE_STATE', `operator ${operator}: ${what}`);
    this.operator = operator;
  }
}

/** A plain copy of any thrown value that can cross a thread. */
export interface SerializedError {
  readonly name: string;
  readonly message: string;
  readonly stack: string;
  readonly code?: string;
}

export function serializeError(thrown: unknown): SerializedError {
  if (thrown instanceof Error) {
    const code = (thrown as { code?: unknown }).code;
    return {
      name: thrown.name,
      message: thrown.message,
      stack: thrown.stack ?? `${thrown.name}: ${thrown.message}`,
      ...(typeof code === 'string' ? { code } : {}),
    };
  }
  return { name: 'Error', message: String(thrown), stack: String(thrown) };
}
