import { lazy, Suspense, useState } from 'react';
import { Lane } from '../../components/Lane.js';
import { Select } from '../../components/Select.js';
import { persistently } from '../../connection/persistently.js';
import { selectVertices } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { useTitle } from '../../job/use-titles.js';
import { useMessages } from '../../messages/use-messages.js';
import { SpeedControl } from '../source/SpeedControl.js';
import { plotHeight } from '../time/plot-layout.js';
import { useTimeWindow } from '../time/time-axis.js';
import { bucketWidth } from './buckets.js';
import { throughputMessages } from './messages.js';
import { SpanSwitch } from './SpanSwitch.js';
import { ThroughputLegend } from './ThroughputLegend.js';
import { useVertexRates } from './use-vertex-rates.js';

const ThroughputPlot = lazy(() => persistently(() => import('./ThroughputPlot.js')));

/** Records a second of each task of one vertex over time; which vertex is chosen. */
export function ThroughputLane() {
  const text = useMessages(throughputMessages);
  const vertices = useDashboard(selectVertices);
  const window = useTimeWindow();
  const titleOf = useTitle();
  const [chosen, setChosen] = useState<string>();
  const vertex = vertices.find(({ id }) => id === chosen) ?? vertices[0];
  const title = vertex === undefined ? '' : titleOf(vertex.id);
  const { columns, buckets, colour, isOfUsers } = useVertexRates(vertex, title, window);
  const seconds = bucketWidth(window) / 1_000;
  return (
    <Lane
      id="throughput"
      title={text.title}
      testId="throughput-chart"
      tool={<SpanSwitch />}
      side={
        <>
          <div className="my-1.5 flex gap-1.5">
            <Select
              label={text.vertex}
              value={vertex?.id ?? ''}
              options={vertices.map(({ id }) => [id, titleOf(id)] as const)}
              disabled={vertices.length === 0}
              onChange={setChosen}
              className="min-w-0 flex-1"
            />
            <SpeedControl />
          </div>
          <ThroughputLegend columns={columns} buckets={buckets} colour={colour} marked={isOfUsers} note={text.meanOf(seconds)} />
        </>
      }
    >
      <Suspense fallback={<div style={{ height: plotHeight.throughput }} />}>
        <ThroughputPlot columns={columns} buckets={buckets} colour={colour} window={window} name={text.chartName(title)} />
      </Suspense>
    </Lane>
  );
}
