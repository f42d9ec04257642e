import type { TaskManagerInfo, TaskManagerStatus } from '@weir/protocol';
import { formatClockMs } from '../../../format/clock.js';
import { useMessages } from '../../../messages/use-messages.js';
import { machineMessages } from '../messages.js';
import { useDrawn } from './machinery.js';

interface Props {
  readonly taskManager: TaskManagerInfo;
  readonly status: TaskManagerStatus;
}

/** What a failure means for this TaskManager, on the upper edge of its band; nothing while all is well. */
export function BandTags({ taskManager, status }: Props) {
  const t = useMessages(machineMessages);
  const recovery = useDrawn((drawn) => drawn.recovery);
  if (recovery === undefined && status !== 'failed') return null;
  const phase = recovery?.phase;
  const own = recovery === undefined || recovery.taskManagerId === taskManager.id;
  if (!own) {
    if (phase === 'failed') return null;
    return (
      <div className="tags" data-kind="held">
        <span>{phase === 'replaying' ? t.replaying(recovery?.checkpointId) : phase === 'restoring' ? t.restored : t.stopped}</span>
      </div>
    );
  }
  const next = recovery?.taskManagerId === undefined ? taskManager.attempt : Math.max(2, taskManager.attempt);
  const says =
    phase === 'replaying'
      ? t.replaying(recovery?.checkpointId)
      : phase === 'restoring'
        ? t.restoringFrom(next, recovery?.checkpointId)
        : phase === undefined || phase === 'failed'
          ? t.unnoticed
          : t.noticed;
  return (
    <div className="tags" data-kind="down">
      <span className="tag-failed">
        <svg className="tag-mark" viewBox="0 0 12 12" aria-hidden="true">
          <path d="m2 2 8 8M10 2l-8 8" />
        </svg>
        {t.ended(formatClockMs(recovery?.failedAt))}
      </span>
      <span>{says}</span>
    </div>
  );
}
