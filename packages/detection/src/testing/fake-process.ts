import type { Counter, ListState, RuntimeContext, ValueState } from '@weir/runtime';
import type { AbnormalCountProcessFunction } from '../abnormal-count-process-function.js';
import type { Alert, UserEvent } from '../events.js';

/** State as a checkpoint would hold it. */
export interface FakeState {
  readonly keyed: Map<string, unknown>;
  readonly lists: Map<string, readonly unknown[]>;
}

export const emptyState = (): FakeState => ({ keyed: new Map(), lists: new Map() });
export const copyState = ({ keyed, lists }: FakeState): FakeState => ({ keyed: new Map(keyed), lists: new Map(lists) });

/** One subtask of the process function, called in the documented order, without an engine. For tests. */
export class FakeProcess {
  readonly alerts: Alert[] = [];
  readonly published: { readonly topic: string; readonly payload: unknown }[] = [];
  readonly counters = new Map<string, number>();
  readonly #fn: AbnormalCountProcessFunction;
  readonly #state: FakeState;
  #key = '';

  constructor(fn: AbnormalCountProcessFunction, state: FakeState = emptyState(), context: Partial<RuntimeContext> = {}) {
    this.#fn = fn;
    this.#state = state;
    fn.open({ ...this.#context(), ...context });
  }

  process(event: UserEvent): void {
    this.#key = event.userId;
    this.#fn.processElement(event, { getCurrentKey: () => this.#key }, { collect: (alert) => this.alerts.push(alert) });
  }

  /** What a checkpoint taken now holds. */
  snapshot(): FakeState {
    this.#fn.snapshotState();
    return copyState(this.#state);
  }

  #context(): RuntimeContext {
    const { keyed, lists } = this.#state;
    return {
      jobId: 'job',
      lineage: 'lineage',
      operatorUid: 'abnormal-count-process',
      taskName: 'AbnormalCountProcess',
      indexOfThisSubtask: 0,
      numberOfParallelSubtasks: 1,
      maxNumberOfParallelSubtasks: 128,
      attemptNumber: 0,
      taskManagerId: 'taskmanager-1',
      restoredCheckpointId: undefined,
      getState: <T>(): ValueState<T> => ({
        value: () => keyed.get(this.#key) as T,
        update: (value) => void keyed.set(this.#key, value),
        clear: () => void keyed.delete(this.#key),
      }),
      getListState: <T>({ name }: { readonly name: string }): ListState<T> => ({
        get: () => (lists.get(name) ?? []) as readonly T[],
        update: (values) => void lists.set(name, values),
        add: (value) => void lists.set(name, [...(lists.get(name) ?? []), value]),
        clear: () => void lists.delete(name),
      }),
      counter: (name): Counter => {
        const { counters } = this;
        counters.set(name, 0);
        return {
          inc: (by = 1) => void counters.set(name, (counters.get(name) ?? 0) + by),
          get count() {
            return counters.get(name) ?? 0;
          },
        };
      },
      publish: (topic, payload) => this.published.push({ topic, payload: typeof payload === 'function' ? payload() : payload }),
    };
  }
}
