import type { CheckpointsInfo, EngineSnapshot, JobInfo, KeyState, TaskManagerInfo, VertexInfo } from '@weir/protocol';
import type { Dashboard } from './store.js';

/** The parts of the state that most features read. Each answers with the same object until that part changed. */
const nothing: readonly never[] = [];

export const selectEngine = (dashboard: Dashboard): EngineSnapshot | undefined => dashboard.state?.engine;

/** The job that is shown: the newest. */
export const selectJob = (dashboard: Dashboard): JobInfo | undefined => dashboard.state?.engine.jobs[0];

export const selectVertices = (dashboard: Dashboard): readonly VertexInfo[] => selectJob(dashboard)?.vertices ?? nothing;

export const selectTaskManagers = (dashboard: Dashboard): readonly TaskManagerInfo[] => dashboard.state?.engine.taskManagers ?? nothing;

export const selectCheckpoints = (dashboard: Dashboard): CheckpointsInfo | undefined => selectJob(dashboard)?.checkpoints;

export const selectKeys = (dashboard: Dashboard): readonly KeyState[] => dashboard.state?.keys ?? nothing;

export const selectConnected = (dashboard: Dashboard): boolean => dashboard.connection === 'connected';

export const selectSend = (dashboard: Dashboard): Dashboard['send'] => dashboard.send;
