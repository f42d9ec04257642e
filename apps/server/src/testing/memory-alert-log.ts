import type { Alert, AlertLog, CommittedAlert } from '../alerts/alert.js';

/** A log of committed alerts in memory. */
export class MemoryAlertLog implements AlertLog {
  readonly #alerts: CommittedAlert[] = [];

  commit(...alerts: readonly Alert[]): void {
    for (const alert of alerts) this.#alerts.push({ ...alert, seq: this.#alerts.length + 1 });
  }

  async read({ after, limit }: { readonly after: number; readonly limit: number }): Promise<readonly CommittedAlert[]> {
    return this.#alerts.slice(after, after + limit);
  }

  async pick({ after, limit, wanted, accept }: Parameters<AlertLog['pick']>[0]): Promise<number> {
    const some = this.#alerts.slice(after, after + limit);
    for (const alert of some) if (wanted(alert.id, alert.seq)) accept(alert);
    return after + some.length;
  }

  async last(): Promise<number> {
    return this.#alerts.length;
  }
}

export function alert(n: number): Alert {
  return { id: `alert-${n}`, userId: 'user1', count: n, timestamp: 1_000 * n, message: `[ALERT] userId=user1 이상행동 ${n}회 감지!` };
}
