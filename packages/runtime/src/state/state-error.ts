import { WeirError } from '../common/errors.js';

/** State is used in a way that cannot work: a name taken by another type, no current key, a key of another subtask, two snapshots at once. */
export class StateError extends WeirError {
  constructor(message: string) {
    super('STATE', message);
  }
}
