import { getHeapStatistics } from 'node:v8';
import { parentPort, workerData } from 'node:worker_threads';
import { operatorStateReader, operatorStateWriter } from '../checkpoint/operator-state-file.js';
import { SystemClock } from '../common/clock.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import { Doorbell } from '../network/doorbell.js';
import type { ToJobManager, ToTaskManager } from '../rpc/taskmanager-messages.js';
import { type JobManagerGateway, TaskExecutor } from '../taskmanager/task-executor.js';
import { keyedStateIn } from './keyed-state.js';
import { loadJob } from './load-job.js';
import { osThreadId, threadCpuTime } from './os-thread.js';
import type { SupervisorToTaskManager, TaskManagerThreadData, TaskManagerToSupervisor } from './supervisor-messages.js';

/** Entry of a TaskManager's thread. */
const data = workerData as TaskManagerThreadData;
const clock = new SystemClock();
const fs = new NodeFileSystem();
const main = parentPort;
if (main === null) throw new Error('this file is the entry of a worker thread');

let lastCpu = threadCpuTime();
let lastSample = clock.now();

const executor = new TaskExecutor({
  taskManagerId: data.id,
  attempt: data.attempt,
  slots: data.slots,
  startedAt: clock.now(),
  osThreadId: osThreadId(),
  clock,
  doorbell: new Doorbell(data.doorbell),
  writeState: operatorStateWriter(fs, Math.random),
  openState: operatorStateReader(fs),
  keyedStateOf: keyedStateIn(data.stateDirectory),
  loadJob,
  sampleThread: () => {
    const now = clock.now();
    const cpu = threadCpuTime();
    const load = cpu === undefined || lastCpu === undefined || now <= lastSample ? undefined : (cpu - lastCpu) / (now - lastSample);
    lastCpu = cpu;
    lastSample = now;
    const heap = getHeapStatistics();
    return {
      heapUsed: heap.used_heap_size,
      heapCommitted: heap.total_heap_size,
      heapMax: heap.heap_size_limit,
      externalUsed: heap.external_memory,
      ...(load === undefined ? {} : { cpuLoad: load }),
      ...(cpu === undefined ? {} : { cpuTime: cpu }),
    };
  },
  publish: (messages) => main.postMessage({ type: 'published', messages } satisfies TaskManagerToSupervisor),
});

main.on('message', (message: SupervisorToTaskManager) => {
  if (message.type === 'hang') {
    // What a user function that never returns does to its TaskManager.
    for (;;);
  }
  const { port } = message;
  const gateway: JobManagerGateway = { send: (toJobManager: ToJobManager) => port.postMessage(toJobManager) };
  port.on('message', (fromJobManager: ToTaskManager) => executor.receive(fromJobManager, gateway));
  port.on('close', () => executor.disconnect(gateway));
  void executor.connect(gateway);
});
