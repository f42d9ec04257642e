import type { CheckpointInfo, SubtaskCheckpointInfo, TaskCheckpointInfo } from '@weir/protocol';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { exactBytes, formatBytes } from '../../format/bytes.js';
import { formatClockMs } from '../../format/clock.js';
import { formatDuration } from '../../format/duration.js';
import { UNKNOWN } from '../../format/number.js';
import { useTitle } from '../../job/use-titles.js';
import { useMessages } from '../../messages/use-messages.js';
import { detailMessages } from './detail-messages.js';
import { useCheckpointTasks } from './use-tasks.js';

/** What each task and subtask did for it. */
export function CheckpointTasks({ checkpoint }: { readonly checkpoint: CheckpointInfo }) {
  const text = useMessages(detailMessages);
  const jobId = useDashboard((dashboard) => selectJob(dashboard)?.id);
  const title = useTitle();
  const tasks = useCheckpointTasks(jobId, checkpoint);
  const titles = [text.acknowledged, text.duration, text.startDelay, text.alignment, text.sync, text.async, text.inFlight, text.size];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls sideways on a phone, so keys must reach it.
    <section tabIndex={0} aria-labelledby="checkpoint-tasks" className="overflow-x-auto">
      <h3 id="checkpoint-tasks" className="font-semibold">
        {text.tasks}
      </h3>
      {tasks.state !== 'loaded' ? (
        <p className="text-ink-3">{tasks.state === 'failed' ? tasks.reason : text.reading}</p>
      ) : (
        <table className="w-full border-collapse">
          <thead>
            <tr className="h-7 text-ink-3 [&>th]:whitespace-nowrap [&>th]:px-1.5 [&>th]:text-right [&>th]:font-medium">
              <th className="pl-0! text-left!">{text.subtask}</th>
              {titles.map((name) => (
                <th key={name}>{name}</th>
              ))}
            </tr>
          </thead>
          {tasks.value.map((task) => (
            <Task key={task.vertexId} task={task} title={title(task.vertexId)} />
          ))}
        </table>
      )}
    </section>
  );
}

function Task({ task, title }: { readonly task: TaskCheckpointInfo; readonly title: string }) {
  return (
    <tbody className="border-line border-t">
      {task.subtasks.map((subtask, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a subtask's place is its name.
        <Subtask key={index} name={`${title} ${index + 1}`} subtask={subtask} />
      ))}
    </tbody>
  );
}

function Subtask({ name, subtask }: { readonly name: string; readonly subtask: SubtaskCheckpointInfo | null }) {
  const ms = (value: number | undefined) => formatDuration(value);
  return (
    <tr
      title={exactBytes(subtask?.checkpointedSize)}
      className="h-[26px] border-line-2 border-t [&>td]:whitespace-nowrap [&>td]:px-1.5 [&>td]:text-right"
    >
      <td className="pl-0! text-left! font-semibold">{name}</td>
      <td>{subtask ? formatClockMs(subtask.ackTimestamp) : UNKNOWN}</td>
      <td>{ms(subtask?.endToEndDuration)}</td>
      <td>{ms(subtask?.startDelay)}</td>
      <td>{ms(subtask?.alignmentDuration)}</td>
      <td>{ms(subtask?.syncDuration)}</td>
      <td>{ms(subtask?.asyncDuration)}</td>
      <td>{formatBytes(subtask?.persistedData)}</td>
      <td>{formatBytes(subtask?.checkpointedSize)}</td>
    </tr>
  );
}
