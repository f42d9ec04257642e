/** The command line cannot be used as given: printed as one line, exit code 2. `message` names the option and says what it takes. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** A run that cannot start or did not end well: printed as one line, exit code 1. */
export class RunError extends Error {
  override readonly name = 'RunError';
}
