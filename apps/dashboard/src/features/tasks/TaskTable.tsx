import type { CheckpointInfo, SubtaskInfo, VertexInfo } from '@weir/protocol';
import { Panel } from '../../components/Panel.js';
import { selectCheckpoints, selectVertices } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { exactBytes, formatBytes } from '../../format/bytes.js';
import { formatDuration } from '../../format/duration.js';
import { taskManagerName, vertexName } from '../../format/names.js';
import { formatCount, formatRate, formatShare, UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/define.js';
import { taskMessages } from './messages.js';

/** Each subtask with its figures: also what the drawings show, for who cannot see them. */
export function TaskTable() {
  const text = useMessages(taskMessages);
  const vertices = useDashboard(selectVertices);
  const latest = useDashboard((dashboard) => selectCheckpoints(dashboard)?.latestCompleted);
  const right = [text.in, text.out, text.busy, text.waiting, text.latency, text.part];
  return (
    <Panel id="tasks" title={text.title}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it. */}
      <section tabIndex={0} aria-labelledby="tasks-title" className="overflow-x-auto">
        <table className="w-full border-collapse text-small">
          <thead>
            <tr className="h-7 text-ink-3 [&>th]:whitespace-nowrap [&>th]:px-2 [&>th]:text-left [&>th]:font-medium">
              <th className="pl-4!">{text.task}</th>
              <th>{text.state}</th>
              <th className="text-right!">{text.attempt}</th>
              <th>{text.place}</th>
              {right.map((title) => (
                <th key={title} className="text-right! last:pr-4!">
                  {title}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {vertices.flatMap((vertex) =>
              vertex.subtasks.map((subtask) => (
                <TaskRow key={`${vertex.id}:${subtask.index}`} vertex={vertex} subtask={subtask} latest={latest} />
              )),
            )}
          </tbody>
        </table>
        {vertices.length === 0 && <p className="px-4 py-2 text-ink-3 text-small">{text.none}</p>}
      </section>
    </Panel>
  );
}

interface RowProps {
  readonly vertex: VertexInfo;
  readonly subtask: SubtaskInfo;
  readonly latest: CheckpointInfo | undefined;
}

function TaskRow({ vertex, subtask, latest }: RowProps) {
  const { metrics, state } = subtask;
  const running = state === 'RUNNING';
  const part = latest?.tasks[vertex.id]?.subtasks[subtask.index]?.checkpointedSize;
  const isSource = vertex.inputs.length === 0;
  const tone = running || state === 'FINISHED' ? '' : state === 'FAILED' || state === 'CANCELED' ? 'text-fail' : 'text-alert';
  return (
    <tr className="h-[30px] border-line-2 border-t [&>td]:whitespace-nowrap [&>td]:px-2 [&>td]:text-right">
      <td className="pl-4! text-left! font-semibold">
        {vertexName(vertex.name)} {subtask.index + 1}
      </td>
      <td className={`text-left! ${tone}`}>{state}</td>
      <td>{subtask.attempt + 1}</td>
      <td className="text-left! text-ink-2">
        {taskManagerName(subtask.taskManagerId)} · {formatCount(subtask.slot)}
      </td>
      <td title={formatCount(metrics.numRecordsIn)}>{running && !isSource ? formatRate(metrics.numRecordsInPerSecond) : UNKNOWN}</td>
      <td title={formatCount(metrics.numRecordsOut)}>{running ? formatRate(metrics.numRecordsOutPerSecond) : UNKNOWN}</td>
      <td>{running ? formatShare(metrics.busyTimeMsPerSecond / 1_000) : UNKNOWN}</td>
      <td>{running ? formatShare(metrics.backPressuredTimeMsPerSecond / 1_000) : UNKNOWN}</td>
      <td>{formatDuration(metrics.latency?.p99)}</td>
      <td title={exactBytes(part)} className="pr-4!">
        {formatBytes(part)}
      </td>
    </tr>
  );
}
