/** More attempts than anyone waits for: Flink's way to say "without limit". */
const UNLIMITED = 2_147_483_647;

export interface FixedDelay {
  readonly delay: string;
  /** Undefined: without limit. */
  readonly attempts: number | undefined;
}

/** Flink's sentence taken apart, where it is of the fixed delay; others are shown as they are. */
export function readFixedDelay(strategy: string): FixedDelay | undefined {
  const found = /^Restart with fixed delay \((.+?)\)\. #(\d+) restart attempts\.$/.exec(strategy);
  if (!found) return undefined;
  const attempts = Number(found[2]);
  return { delay: found[1] as string, attempts: attempts >= UNLIMITED ? undefined : attempts };
}
