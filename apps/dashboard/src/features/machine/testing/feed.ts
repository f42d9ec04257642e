import type { AlertEntry, CheckpointInfo, LogLine, RecoveryInfo, TaskManagerStatus } from '@weir/protocol';
import { useDashboard } from '../../../connection/store.js';
import { checkpoint, keyState, type Shape, state } from './states.js';

/** Feeds the page under work with states as a server would send them: figures four times a second, events as they happen. Development only. */
export interface Feed {
  readonly rate: number;
  readonly kind: 'normal' | 'recovering' | 'backpressure' | 'stale' | 'nojob';
  readonly taskManagers: number;
  readonly perTaskManager: number;
  readonly keys: number;
}

const FIGURES = 250;
const SEED_RATE = 3;
const BASE = 1_700_000_000_000;

export function feed({ rate, kind, taskManagers, perTaskManager, keys }: Feed): void {
  const start = Date.now();
  const counts = Array.from({ length: keys }, (_, index) => [1, 2, 0][index % 3]!);
  const parallelism = taskManagers * perTaskManager;
  let log: LogLine[] = Array.from({ length: 3 }, (_, index) => source(index + 1, index, false));
  let alerts: AlertEntry[] = [];
  let checkpoints: readonly CheckpointInfo[] = [165, 164, 163].map((id) =>
    checkpoint(id, parallelism, { triggerTimestamp: start - (166 - id) * 10_000 }),
  );
  let recoveries: readonly RecoveryInfo[] = [];
  let statuses: Record<string, TaskManagerStatus> = {};
  let next = [0.6, 1.4, 2.4].map((seconds) => start + (seconds * 1_000) / Math.max(1, rate));
  let seed = 7;
  const random = () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 4_294_967_296;
  };
  const push = () => {
    const now = Date.now();
    const shape: Shape = {
      taskManagers,
      perTaskManager,
      slots: perTaskManager > 1 ? perTaskManager * 3 : 3,
      keys,
      rate,
      counts,
      at: BASE + (now - start) + 60_000,
      statuses,
      checkpoints,
      recoveries,
      ...(kind === 'backpressure' ? { bottleneck: 1 } : {}),
      ...(taskManagers > 30 ? { maxParallelism: 512 } : {}),
    };
    const made = state(shape);
    const engine = {
      ...made.engine,
      at: BASE + (now - start) + 60_000,
      jobs: kind === 'nojob' ? [] : made.engine.jobs,
      taskManagers: made.engine.taskManagers.map((each, index) => ({ ...each, lastHeartbeat: now - ((now + index * 330) % 1_000) })),
    };
    useDashboard.setState({ connection: kind === 'stale' ? 'disconnected' : 'connected', state: { ...made, engine }, log, alerts });
  };
  const events = () => {
    const now = Date.now();
    next = next.map((at, index) => {
      if (now < at || rate > SEED_RATE || index >= keys) return at;
      const abnormal = random() < 0.5;
      counts[index] = abnormal ? counts[index]! + 1 : 0;
      log = [...log, source(log.length + 1, index, abnormal)];
      if (counts[index]! >= 3) alerts = [...alerts, alert(`${alerts.length}`, index, counts[index]!)];
      return at + 1_000 / rate;
    });
    if (now - checkpoints[0]!.triggerTimestamp > 10_000) {
      checkpoints = [checkpoint(checkpoints[0]!.id + 1, parallelism, { triggerTimestamp: now }), ...checkpoints].slice(0, 3);
      alerts = alerts.map((each) => (each.status === 'pending' ? { ...each, status: 'committed' } : each));
    }
    push();
  };
  push();
  if (kind === 'nojob' || kind === 'stale') return;
  setInterval(events, FIGURES);
  if (kind !== 'recovering') return;
  setTimeout(() => {
    const at = Date.now();
    const phases = {
      failed: at,
      detected: at + 12,
      'checkpoint-chosen': at + 15,
      restoring: at + 20,
      replaying: at + 120,
      running: at + 150,
    };
    recoveries = [{ number: 1, cause: 'connection closed', taskManagerId: 'taskmanager-2', checkpointId: checkpoints[0]!.id, phases }];
    statuses = { 'taskmanager-1': 'recovered', 'taskmanager-2': 'restarted', 'taskmanager-3': 'recovered' };
    push();
  }, 1_500);
}

function source(number: number, subtask: number, abnormal: boolean): LogLine {
  const userId = keyState(subtask + 1, 3, 3, 103).key;
  return { number, at: Date.now(), kind: 'source', text: '', subtask, userId, abnormal, replayed: false, level: 'info' };
}

function alert(id: string, index: number, count: number): AlertEntry {
  return { id, seq: null, userId: `user${index + 1}`, count, timestamp: Date.now(), message: '', status: 'pending', raisedAt: Date.now() };
}
