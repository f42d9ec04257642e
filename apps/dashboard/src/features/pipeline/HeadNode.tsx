import type { VertexInfo } from '@weir/protocol';
import type { Node, NodeProps } from '@xyflow/react';
import { formatShare } from '../../format/number.js';
import { headOf } from '../../job/titles.js';
import { useMessages } from '../../messages/use-messages.js';
import { pipelineMessages } from './messages.js';

export type HeadNodeType = Node<{ readonly vertex: VertexInfo; readonly title: string; readonly width: number }, 'head'>;

/** What a column is: title, parallelism, the operator's own name, how busy its subtasks are on average. */
export function HeadNode({ data: { vertex, title, width } }: NodeProps<HeadNodeType>) {
  const t = useMessages(pipelineMessages);
  const busy =
    vertex.subtasks.reduce((sum, subtask) => sum + subtask.metrics.busyTimeMsPerSecond, 0) / 1_000 / Math.max(1, vertex.parallelism);
  return (
    <div className="column-head" style={{ width }}>
      <p className="lane-row">
        <b>{`${title} × ${vertex.parallelism}`}</b>
        <span>{t.busy(formatShare(busy))}</span>
      </p>
      <p className="lane-note" title={vertex.name}>
        {headOf(vertex.name)}
      </p>
    </div>
  );
}
