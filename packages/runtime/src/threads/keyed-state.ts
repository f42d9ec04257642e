import { join } from 'node:path';
import type { DeployedJob } from '../rpc/taskmanager-messages.js';
import { DiskKeyedStateBackend } from '../state/disk/disk-keyed-state-backend.js';
import { HashMapKeyedStateBackend } from '../state/hashmap-keyed-state-backend.js';
import type { TaskServices } from '../taskmanager/task-factory.js';

/** The backend that a job wants. LMDB is loaded by the first that wants it. `directory` is this thread's own, and nothing but what is made here is in it. */
export function keyedStateIn(directory: string): TaskServices['keyedStateOf'] {
  let stores = 0;
  return async ({ stateBackend }: DeployedJob) => {
    if (stateBackend === 'hashmap') return (options) => new HashMapKeyedStateBackend(options);
    const { openLmdbKeyedStore } = await import('./lmdb-keyed-store.js');
    return (options, waitFor) =>
      new DiskKeyedStateBackend({ ...options, waitFor, store: openLmdbKeyedStore(join(directory, `${++stores}`)) });
  };
}
