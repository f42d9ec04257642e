import { parentPort, workerData } from 'node:worker_threads';
import type { EngineEvent, EngineSnapshot } from '@weir/protocol';
import { FileSystemCheckpointStorage } from '../checkpoint/file-system-checkpoint-storage.js';
import { operatorStateReader } from '../checkpoint/operator-state-file.js';
import { SystemClock } from '../common/clock.js';
import { serializeError } from '../common/errors.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import { Dispatcher } from '../jobmanager/dispatcher.js';
import { FileJobStore } from '../jobmanager/job-store.js';
import { ResourceManager } from '../jobmanager/resource-manager.js';
import type { ToJobManager } from '../rpc/taskmanager-messages.js';
import { loadJob } from './load-job.js';
import { osThreadId } from './os-thread.js';
import type { JobManagerThreadData, JobManagerToSupervisor, SupervisorToJobManager } from './supervisor-messages.js';

/** Entry of the JobManager's thread: builds its parts and connects them to the main thread and the TaskManagers. */
const { options, attempt, ...data } = workerData as JobManagerThreadData;
const main = parentPort;
if (main === null) throw new Error('this file is the entry of a worker thread');
const send = (message: JobManagerToSupervisor): void => main.postMessage(message);

const clock = new SystemClock();
const startedAt = clock.now();
const threadId = osThreadId();
const fs = new NodeFileSystem();
let changed = false;

const emit = (event: EngineEvent): void => {
  // What an event speaks of must be in the snapshot that its listener then reads.
  sendSnapshot();
  send({ type: 'event', event });
};

const onChange = (): void => {
  if (changed) return;
  changed = true;
  setImmediate(() => {
    if (changed) sendSnapshot();
  });
};

const resources: ResourceManager = new ResourceManager({
  taskManagers: options.taskManagers,
  slotsPerTaskManager: options.slotsPerTaskManager,
  heartbeatInterval: options.heartbeatInterval,
  heartbeatTimeout: options.heartbeatTimeout,
  clock,
  startTaskManager: (id, next) => send({ type: 'start-taskmanager', id, attempt: next }),
  terminateTaskManager: (id, which) => send({ type: 'terminate-taskmanager', id, attempt: which }),
  onLost: (id, reason, at) => {
    const lost = resources.infos().find((info) => info.id === id);
    emit({ type: 'taskmanager', at: clock.now(), id, attempt: lost?.attempt ?? 0, change: 'lost', reason });
    dispatcher.taskManagerLost(id, reason, at);
  },
  onReason: (id, reason) => dispatcher.taskManagerEnded(id, reason),
  onRegistered: (id, which) => {
    emit({ type: 'taskmanager', at: clock.now(), id, attempt: which, change: 'registered' });
    dispatcher.taskManagerRegistered();
  },
  onChange,
});

const dispatcher: Dispatcher = new Dispatcher({
  clock,
  random: Math.random,
  store: new FileJobStore(fs, options.dataDirectory),
  storage: new FileSystemCheckpointStorage(fs, options.checkpointDirectory, options.savepointDirectory, Math.random),
  openState: operatorStateReader(fs),
  checkpointDirectory: options.checkpointDirectory,
  resources,
  loadJob,
  emit,
  onChange,
});

function sendSnapshot(): void {
  changed = false;
  const snapshot: EngineSnapshot = {
    engine: 'embedded',
    at: Math.round(clock.now()),
    jobManager: { attempt, leading: true, startedAt, ...(threadId === undefined ? {} : { osThreadId: threadId }) },
    taskManagers: resources.infos(),
    // The history of checkpoints is long and seldom changes: it goes out in events, and the main thread puts it back.
    jobs: dispatcher
      .jobs()
      .map((job) => ({ ...job, checkpoints: { ...job.checkpoints, history: historySent ? [] : job.checkpoints.history } })),
  };
  historySent = true;
  send({ type: 'snapshot', snapshot });
}

let { figuresInterval } = data;
/** Undefined until it leads. */
let figures: NodeJS.Timeout | undefined;

/** Figures go out at this pace while nothing else changes; changes of state at once. */
function startFigures(): void {
  clearInterval(figures);
  figures = setInterval(sendSnapshot, figuresInterval);
}

/** Jobs whose history of checkpoints the main thread has not been told yet would show none. */
let historySent = false;

async function answer(request: number, work: () => Promise<JobManagerToSupervisor>): Promise<void> {
  try {
    send(await work());
  } catch (error) {
    send({ type: 'rejected', request, error: serializeError(error) });
  }
}

main.on('message', (message: SupervisorToJobManager) => {
  switch (message.type) {
    case 'taskmanager-connected': {
      const { id, attempt: which, port, doorbell } = message;
      resources.connected({ id, attempt: which, doorbell, send: (toTaskManager) => port.postMessage(toTaskManager) });
      port.on('message', (fromTaskManager: ToJobManager) => {
        if (fromTaskManager.type === 'register') {
          resources.registered(id, which, fromTaskManager.startedAt, fromTaskManager.osThreadId);
        } else {
          if (fromTaskManager.type === 'heartbeat') resources.heartbeat(id, which, fromTaskManager.metrics);
          dispatcher.receive(id, fromTaskManager);
        }
      });
      port.on('close', () => resources.disconnected(id, which));
      return;
    }
    case 'taskmanager-ended':
      resources.ended(message.id, message.attempt, message.at, message.reason);
      return;
    case 'submit':
      void answer(message.request, async () => {
        await dispatcher.submit(message.record);
        return { type: 'result', request: message.request, result: { ok: true } };
      });
      return;
    case 'recover':
      void answer(message.request, async () => {
        await dispatcher.recover(message.record, message.cause, message.failedAt);
        historySent = false;
        sendSnapshot();
        return { type: 'result', request: message.request, result: { ok: true } };
      });
      return;
    case 'command': {
      const { command, request } = message;
      if (command.type === 'fail-jobmanager' || command.type === 'fail-taskmanager') return;
      void answer(request, async () => ({ type: 'result', request, result: await dispatcher.execute(command) }));
      return;
    }
    case 'figures-interval':
      figuresInterval = message.interval;
      if (figures !== undefined) startFigures();
      return;
    case 'quiesce':
      void answer(message.request, async () => {
        await dispatcher.quiesce();
        return { type: 'result', request: message.request, result: { ok: true } };
      });
  }
});

await dispatcher.open();
// The main thread's connections to TaskManagers that are there already were posted before: they are handled in this turn of the event loop.
setImmediate(() => {
  resources.start();
  send({ type: 'leading' });
  startFigures();
});
