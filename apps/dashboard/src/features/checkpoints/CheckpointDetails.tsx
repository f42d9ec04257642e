import type { CheckpointInfo, SubtaskCheckpointInfo, TaskCheckpointInfo } from '@weir/protocol';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { selectCheckpoints, selectVertices } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { exactBytes, formatBytes } from '../../format/bytes.js';
import { exactTime, formatClockMs } from '../../format/clock.js';
import { formatDuration } from '../../format/duration.js';
import { checkpointName, vertexName } from '../../format/names.js';
import { UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/define.js';
import { places } from '../../shell/routes.js';
import { detailMessages } from './detail-messages.js';

/** One checkpoint opened: what each task and subtask did for it. Closing it goes back to the page. */
export function CheckpointDetails({ id }: { readonly id: number }) {
  const text = useMessages(detailMessages);
  const dialog = useRef<HTMLDialogElement>(null);
  const checkpoint = useDashboard((dashboard) => selectCheckpoints(dashboard)?.history.find((each) => each.id === id));
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    location.hash = places.overview;
  };
  return (
    <dialog
      ref={dialog}
      onClose={close}
      aria-labelledby="checkpoint-title"
      className="m-auto max-h-[86vh] w-[min(880px,calc(100vw-24px))] overflow-y-auto rounded-medium border border-line bg-panel p-0 text-ink shadow-menu backdrop:bg-black/40"
    >
      <header className="sticky top-0 flex items-center gap-3 border-line border-b bg-panel px-4 py-2">
        <h2 id="checkpoint-title" className="font-bold text-title">
          {checkpointName(id)}
        </h2>
        {checkpoint && <Summary checkpoint={checkpoint} />}
        <button
          type="button"
          aria-label={text.close}
          onClick={() => dialog.current?.close()}
          className="ml-auto flex size-8 items-center justify-center rounded-small text-ink-3 hover:bg-sunken hover:text-ink pointer-coarse:size-11"
        >
          <X size={16} aria-hidden="true" />
        </button>
      </header>
      {checkpoint === undefined ? <p className="px-4 py-4 text-ink-2">{text.unknown}</p> : <Tasks checkpoint={checkpoint} />}
    </dialog>
  );
}

function Summary({ checkpoint }: { readonly checkpoint: CheckpointInfo }) {
  return (
    <span className="min-w-0 truncate text-ink-2 text-small" title={exactTime(checkpoint.triggerTimestamp)}>
      {checkpoint.status} · {checkpoint.type} · {formatClockMs(checkpoint.triggerTimestamp)} · {formatDuration(checkpoint.endToEndDuration)}{' '}
      · {formatBytes(checkpoint.checkpointedSize)}
    </span>
  );
}

function Tasks({ checkpoint }: { readonly checkpoint: CheckpointInfo }) {
  const text = useMessages(detailMessages);
  const vertices = useDashboard(selectVertices);
  const tasks = Object.values(checkpoint.tasks);
  const nameOf = (id: string) => vertexName(vertices.find((vertex) => vertex.id === id)?.name ?? id);
  return (
    <div className="px-4 py-3 text-small">
      {checkpoint.failureMessage !== undefined && (
        <p className="mb-2 rounded-small bg-fail-ground px-2 py-1 text-fail">{checkpoint.failureMessage}</p>
      )}
      {checkpoint.externalPath !== undefined && <p className="mb-2 break-all font-mono text-ink-2 text-axis">{checkpoint.externalPath}</p>}
      {tasks.length === 0 && <p className="text-ink-3">{text.noTasks}</p>}
      {tasks.map((task) => (
        <TaskPart key={task.vertexId} name={nameOf(task.vertexId)} task={task} />
      ))}
    </div>
  );
}

function TaskPart({ name, task }: { readonly name: string; readonly task: TaskCheckpointInfo }) {
  const text = useMessages(detailMessages);
  const titles = [text.acknowledged, text.duration, text.startDelay, text.alignment, text.sync, text.async, text.inFlight, text.size];
  return (
    <section className="mb-3 overflow-x-auto">
      <h3 className="font-semibold">
        {name} <span className="font-normal text-ink-3">{`${task.numAcknowledgedSubtasks} / ${task.numSubtasks}`}</span>
      </h3>
      <table className="w-full border-collapse">
        <thead>
          <tr className="h-6 text-ink-3 [&>th]:whitespace-nowrap [&>th]:px-1.5 [&>th]:text-right [&>th]:font-medium">
            <th className="pl-0! text-left!">{text.subtask}</th>
            {titles.map((title) => (
              <th key={title}>{title}</th>
            ))}
          </tr>
        </thead>
        <tbody>
          {task.subtasks.map((subtask, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: a subtask's place is its name.
            <SubtaskPart key={index} index={index} subtask={subtask} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function SubtaskPart({ index, subtask }: { readonly index: number; readonly subtask: SubtaskCheckpointInfo | null }) {
  const cells =
    subtask === null
      ? Array.from({ length: 8 }, () => UNKNOWN)
      : [
          formatClockMs(subtask.ackTimestamp),
          formatDuration(subtask.endToEndDuration),
          formatDuration(subtask.startDelay),
          formatDuration(subtask.alignmentDuration),
          formatDuration(subtask.syncDuration),
          formatDuration(subtask.asyncDuration),
          formatBytes(subtask.persistedData),
          formatBytes(subtask.checkpointedSize),
        ];
  return (
    <tr
      className="h-6 border-line-2 border-t [&>td]:whitespace-nowrap [&>td]:px-1.5 [&>td]:text-right"
      title={exactBytes(subtask?.checkpointedSize)}
    >
      <td className="pl-0! text-left! font-semibold">{index + 1}</td>
      {cells.map((cell, column) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: columns stand still.
        <td key={column}>{cell}</td>
      ))}
    </tr>
  );
}
