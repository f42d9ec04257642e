// Data plane: nothing is allocated for an event that makes no alert.

import {
  type Collector,
  type Counter,
  int32,
  int64,
  type KeyedProcessContext,
  type KeyedProcessFunction,
  type ListState,
  ListStateDescriptor,
  type RuntimeContext,
  type ValueState,
  ValueStateDescriptor,
} from '@weir/runtime';
import { alertIds } from './alert-id.js';
import type { Alert, UserEvent } from './events.js';

/** Beyond it a count stays where it is: state and Java's int hold no more. */
const HIGHEST_COUNT = 2 ** 31 - 1;

export interface AbnormalCountOptions {
  /** Publishes each event as a line of the processing log, topic `process`. What is beyond the publisher's rate is left out, at the price of a look at its bucket. */
  readonly logEvents?: boolean;
}

export const alertMessage = (userId: string, count: number): string => `[ALERT] userId=${userId} 이상행동 ${count}회 감지!`;

/**
 * Counts each user's abnormal events since the last normal one, and raises an alert at `maxCount` and at each further one.
 *
 * What this subtask has processed is counted in operator state, so that the figures are those of the exactly-once result: a replay does
 * not count twice. They are shown as counters `processed`, `alerts` and `keys` (different users, those at 0 too).
 */
export class AbnormalCountProcessFunction implements KeyedProcessFunction<string, UserEvent, Alert> {
  readonly maxCount: number;
  readonly #options: AbnormalCountOptions;
  #context!: RuntimeContext;
  #alertId!: (key: string, sequence: number) => string;
  /** Of the current user. Without a default, so that a user's first event is known as such. */
  #abnormalCount!: ValueState<number | undefined>;
  readonly #totals: Total[] = [];
  #processed!: Total;
  #alerts!: Total;
  #keys!: Total;
  /** What the line that is being published is about. */
  #event!: UserEvent;
  #count = 0;

  constructor(maxCount = 3, options: AbnormalCountOptions = {}) {
    this.maxCount = maxCount;
    this.#options = options;
  }

  open(context: RuntimeContext): void {
    this.#context = context;
    this.#alertId = alertIds(context.lineage, context.operatorUid);
    this.#abnormalCount = context.getState<number | undefined>(new ValueStateDescriptor<number | undefined>('abnormalCount', int32()));
    this.#processed = this.#total('processed');
    this.#alerts = this.#total('alerts');
    this.#keys = this.#total('keys');
  }

  processElement(event: UserEvent, context: KeyedProcessContext<string>, out: Collector<Alert>): void {
    this.#processed.value++;
    const before = this.#abnormalCount.value();
    if (before === undefined) this.#keys.value++;
    const count = event.isAbnormal ? Math.min((before ?? 0) + 1, HIGHEST_COUNT) : 0;
    this.#abnormalCount.update(count);
    if (this.#options.logEvents) this.#logEvent(event, count);
    if (event.isAbnormal && count >= this.maxCount) this.#raise(context.getCurrentKey(), count, event, out);
  }

  #raise(userId: string, count: number, event: UserEvent, out: Collector<Alert>): void {
    const { sequence, timestamp } = event;
    const alert: Alert = { id: this.#alertId(userId, sequence), userId, count, timestamp, message: alertMessage(userId, count), sequence };
    this.#alerts.value++;
    out.collect(alert);
    this.sendAlert(userId, count, alert);
  }

  /**
   * Called at once for each alert, again for those that a replay makes again: `alert.id` tells. By default it publishes the alert as
   * pending, topic `alert`; the server shows it and calls the webhook, so that nothing out there is ever in the way of the stream.
   */
  sendAlert(_userId: string, _count: number, alert: Alert): void {
    this.#context.publish('alert', alert);
  }

  #logEvent(event: UserEvent, count: number): void {
    this.#event = event;
    this.#count = count;
    this.#context.publish('process', this.#line);
  }

  /** Made only of events that are published. */
  readonly #line = (): unknown => {
    const { userId, isAbnormal, timestamp, sequence } = this.#event;
    return { userId, isAbnormal, abnormalCount: this.#count, timestamp, sequence };
  };

  snapshotState(): void {
    for (const total of this.#totals) total.store();
  }

  finish(): void {
    this.snapshotState();
  }

  #total(name: string): Total {
    const total = new Total(this.#context.getListState(new ListStateDescriptor(name, int64())), this.#context.counter(name));
    this.#totals.push(total);
    return total;
  }
}

/** A number in operator state. At another parallelism the subtasks' numbers are dealt out anew, and their sum stays. */
class Total {
  value: number;
  readonly #state: ListState<number>;
  readonly #counter: Counter;

  constructor(state: ListState<number>, counter: Counter) {
    this.#state = state;
    this.#counter = counter;
    this.value = state.get().reduce((sum, part) => sum + part, 0);
    this.store();
  }

  store(): void {
    this.#state.update([this.value]);
    this.#counter.inc(this.value - this.#counter.count);
  }
}
