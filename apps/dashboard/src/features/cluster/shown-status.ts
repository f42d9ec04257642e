import type { RecoveryInfo, TaskManagerInfo, TaskManagerStatus } from '@weir/protocol';

/** One whose successor has registered while the job still recovers is no longer a dead one: it takes part in the recovery like the others. */
export function shownStatus(taskManager: TaskManagerInfo, recovery: RecoveryInfo | undefined): TaskManagerStatus {
  const underWay = recovery?.phases.detected !== undefined && recovery.phases.running === undefined;
  return taskManager.status === 'failed' && taskManager.registered && underWay ? 'recovering' : taskManager.status;
}
