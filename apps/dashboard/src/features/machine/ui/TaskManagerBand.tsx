import type { CSSProperties } from 'react';
import { useMessages } from '../../../messages/use-messages.js';
import { machineMessages } from '../messages.js';
import type { MachineRow } from '../model/layout.js';
import { drawnStatus } from '../motion/drawn.js';
import { BandTags } from './BandTags.js';
import { useDrawn } from './machinery.js';
import { SlotBox } from './SlotBox.js';
import { TaskManagerMeta } from './TaskManagerMeta.js';

interface Props {
  readonly row: MachineRow;
  readonly place: number;
  readonly titles: ReadonlyMap<string, string>;
  readonly threshold: number | undefined;
}

/** One TaskManager: what can die on its own. Its `data-status` is the engine's word at once; what is seen follows the playing of a recovery. */
export function TaskManagerBand({ row, place, titles, threshold }: Props) {
  const t = useMessages(machineMessages);
  const { taskManager } = row;
  const recovery = useDrawn((drawn) => drawn.recovery);
  const status = drawnStatus(taskManager, recovery);
  const own = recovery?.taskManagerId === taskManager.id;
  const down = status === 'failed' || (own && status === 'recovering' && recovery?.phase === 'restoring');
  const refill = own && recovery?.phase === 'restoring' ? recovery.progress : 0;
  return (
    <article
      className="band"
      data-testid={`taskmanager-${taskManager.id}`}
      data-band={taskManager.id}
      data-status={taskManager.status}
      data-drawn={down ? 'down' : own ? 'replaying' : status}
      aria-label={t.bandName(taskManager.id, taskManager.status, taskManager.attempt)}
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the TaskManagers can be walked through by the keyboard.
      tabIndex={0}
      style={{ '--place': place, '--refill': `${Math.round(refill * 100)}%` } as CSSProperties}
    >
      <BandTags taskManager={taskManager} status={status} />
      <TaskManagerMeta taskManager={taskManager} status={status} />
      {row.cells.length === 0 && <EmptySlots taskManager={taskManager} />}
      {row.cells.map((cell) => (
        <div key={cell.column} className="cell" style={{ '--track': 2 + cell.column * 2 } as CSSProperties}>
          {cell.subtasks.map((placed) => (
            <SlotBox
              key={placed.key}
              placed={placed}
              title={titles.get(placed.vertex.id) ?? placed.vertex.name}
              threshold={threshold}
              down={status === 'failed'}
            />
          ))}
        </div>
      ))}
    </article>
  );
}

/** A cluster without a job: its slots, free. */
function EmptySlots({ taskManager }: { readonly taskManager: MachineRow['taskManager'] }) {
  const t = useMessages(machineMessages);
  return (
    <ul className="empty-slots">
      {Array.from({ length: taskManager.slots }, (_, index) => taskManager.firstSlot + index).map((slot) => (
        <li key={slot}>{t.freeSlot(slot)}</li>
      ))}
    </ul>
  );
}
