import type { EngineEvent, EngineSnapshot } from '@weir/protocol';
import { type Alarm, alarmsOf } from '@weir/protocol/alarms';
import { because } from '../because.js';
import type { Message } from './delivery.js';

/** Ids that are remembered: as many as a job can have in its lists, many times over. */
const REMEMBERED = 1_000;

export interface AlarmWatchOptions {
  readonly snapshot: () => EngineSnapshot;
  readonly onAlarm: (message: Message) => void;
  readonly now?: () => number;
}

/** The alarms that the page raises, as messages: a checkpoint that failed, a failure that the job restarts from, a job that is FAILED. Each once, of what happens from now on. */
export class AlarmWatch {
  readonly #options: AlarmWatchOptions;
  readonly #since: number;
  readonly #known = new Set<string>();

  constructor(options: AlarmWatchOptions) {
    this.#options = options;
    this.#since = (options.now ?? Date.now)();
  }

  /** Every event of the engine, in order. What a failure breaks off is told apart by the job's list of recoveries, which may change after the event. */
  accept(event: EngineEvent): void {
    if (event.type === 'published' || event.type === 'committed') return;
    const [job] = this.#options.snapshot().jobs;
    for (const alarm of alarmsOf(job)) {
      if (alarm.at < this.#since || this.#known.has(alarm.id)) continue;
      this.#known.add(alarm.id);
      if (this.#known.size > REMEMBERED) this.#known.delete(this.#known.values().next().value as string);
      this.#options.onAlarm(messageOf(alarm, job?.id ?? ''));
    }
  }
}

function messageOf(alarm: Alarm, jobId: string): Message {
  const id = `alarm-${alarm.id.replaceAll(' ', '-')}`;
  return { id, type: 'alarm', data: { id, kind: alarm.kind, jobId, timestamp: alarm.at, message: `[ALARM] ${sentence(alarm)}` } };
}

function sentence(alarm: Alarm): string {
  switch (alarm.kind) {
    case 'checkpoint-failed':
      return `checkpoint ${alarm.checkpoint} failed${because(alarm.reason)}`;
    case 'commit-overdue':
      return `the sinks do not get checkpoint ${alarm.checkpoint} committed${because(alarm.reason)}; no other is taken until they have`;
    case 'job-failed':
      return `the job ${alarm.job} has FAILED${because(alarm.reason)}`;
    case 'recovery': {
      const { taskManagerId, cause, checkpointId } = alarm.recovery;
      const from = checkpointId === undefined ? '' : ` from checkpoint ${checkpointId}`;
      return `${taskManagerId ?? 'the job'} failed${because(cause)}; the job restarts${from}`;
    }
  }
}
