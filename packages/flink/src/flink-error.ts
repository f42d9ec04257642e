export type FlinkErrorCode =
  /** No Java that is new enough. */
  | 'JAVA_MISSING'
  /** No Python 3 with pip to fetch Flink by. */
  | 'PIP_MISSING'
  /** pip could not fetch Flink, or what it fetched could not be unpacked. */
  | 'DOWNLOAD_FAILED'
  /** `npm run flink:install` has not been run. */
  | 'NOT_INSTALLED'
  /** A process of the cluster did not start or ended without being told to. */
  | 'CLUSTER_FAILED'
  /** The cluster or the job did not come to what was waited for in time. */
  | 'TIMED_OUT';

/** Something about Flink's processes or their installation; `message` is a sentence for a person that says what to do where there is something to do. */
export class FlinkError extends Error {
  override readonly name = 'FlinkError';
  readonly code: FlinkErrorCode;

  constructor(code: FlinkErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
