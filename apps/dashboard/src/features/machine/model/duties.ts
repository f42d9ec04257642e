import type { EngineSnapshot, JobInfo, SubtaskInfo } from '@weir/protocol';
import type { DrawnBarrier, DrawnRecovery } from '../motion/drawn.js';

/** The six duties of the JobManager, as the seed system names them. */
export type Duty = 'scheduling' | 'resources' | 'detection' | 'coordinator' | 'deployment' | 'recovery';

export const DUTIES: readonly Duty[] = ['scheduling', 'resources', 'detection', 'coordinator', 'deployment', 'recovery'];

/** Lit while it acts; alarmed while what it watches over is wrong. */
export type DutyState = 'idle' | 'acting' | 'alarmed';

export interface TaskCounts {
  readonly all: number;
  readonly running: number;
  /** On their way to a slot or starting in one. */
  readonly deploying: number;
}

export function taskCounts(job: JobInfo | undefined): TaskCounts {
  const subtasks: readonly SubtaskInfo[] = job?.vertices.flatMap((vertex) => vertex.subtasks) ?? [];
  const starting = new Set<string>(['SCHEDULED', 'DEPLOYING', 'INITIALIZING']);
  return {
    all: subtasks.length,
    running: subtasks.filter((subtask) => subtask.state === 'RUNNING').length,
    deploying: subtasks.filter((subtask) => starting.has(subtask.state)).length,
  };
}

/** Which duties act now, from the state and, while it is played, from the phase of a recovery. Pure. */
export function dutyStates(
  engine: EngineSnapshot | undefined,
  recovery: DrawnRecovery | undefined,
  barrier: DrawnBarrier | undefined,
): Readonly<Record<Duty, DutyState>> {
  const counts = taskCounts(engine?.jobs[0]);
  const lost = engine?.taskManagers.some((taskManager) => !taskManager.registered) ?? false;
  const phase = recovery?.phase;
  const known = phase !== undefined && phase !== 'failed';
  const act = (acting: boolean): DutyState => (acting ? 'acting' : 'idle');
  return {
    scheduling: act(phase === 'restoring' || (phase === undefined && counts.deploying > 0)),
    resources: lost && phase === undefined ? 'alarmed' : phase === 'detected' && recovery?.taskManagerId !== undefined ? 'alarmed' : 'idle',
    detection: phase === 'detected' || (lost && !known) ? 'alarmed' : 'idle',
    coordinator: act(barrier !== undefined || phase === 'checkpoint-chosen'),
    deployment: act(phase === 'restoring' || (phase === undefined && counts.deploying > 0)),
    recovery: act(known && phase !== 'running'),
  };
}
