import { isAbnormalEvent } from '@weir/connectors';

/** `--seed` and `--abnormal-rate`, and the threshold that the tests leave at its default. */
interface Given {
  readonly seed: number;
  /** 0 … 1 */
  readonly abnormalRate: number;
}

export interface UserAnswer {
  /** Abnormal events in a row at the end. */
  readonly abnormalCount: number;
  /** The count of each alert, and the number of the event that raised it, in order. */
  readonly alerts: readonly { readonly count: number; readonly event: number }[];
}

const THRESHOLD = 3;

/** What the seed's job must make of the first `events` events of user `split + 1`: nothing but a loop over them. */
export function oracle(given: Given, split: number, events: number): UserAnswer {
  const alerts: { count: number; event: number }[] = [];
  let abnormalCount = 0;
  for (let event = 0; event < events; event++) {
    abnormalCount = isAbnormalEvent(given, split, event) ? abnormalCount + 1 : 0;
    if (abnormalCount >= THRESHOLD) alerts.push({ count: abnormalCount, event });
  }
  return { abnormalCount, alerts };
}
