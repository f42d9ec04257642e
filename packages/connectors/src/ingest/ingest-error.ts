import { WeirError } from '@weir/runtime';

/** The ingest log cannot be used as it is; `message` says what is wrong with which file. */
export class IngestLogError extends WeirError {
  constructor(what: string, options?: { cause?: unknown }) {
    super('INGEST_LOG', what, options);
  }
}

/** An idempotency key came again with other events. */
export class KeyReusedError extends WeirError {
  constructor(key: string) {
    super('IDEMPOTENCY_KEY_REUSED', `the idempotency key "${key}" was used with other events before`);
  }
}
