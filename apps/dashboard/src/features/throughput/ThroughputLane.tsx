import { lazy, Suspense, useMemo, useState } from 'react';
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
import { bucketsOf, bucketWidth, inOne } from './buckets.js';
import { columnColour, columnsOf, MOST_STACKED } from './columns.js';
import { throughputMessages } from './messages.js';
import { SpanSwitch } from './SpanSwitch.js';
import { ThroughputLegend } from './ThroughputLegend.js';

const ThroughputPlot = lazy(() => persistently(() => import('./ThroughputPlot.js')));

/** Records a second of each task of one vertex over time; which vertex is chosen. */
export function ThroughputLane() {
  const text = useMessages(throughputMessages);
  const series = useDashboard((dashboard) => dashboard.state?.series);
  const vertices = useDashboard(selectVertices);
  const isOfUsers = useDashboard((dashboard) => dashboard.state?.source.kind === 'simulated');
  const window = useTimeWindow();
  const { from, to } = window;
  const title = useTitle();
  const [chosen, setChosen] = useState<string>();
  const vertex = vertices.find(({ id }) => id === chosen) ?? vertices[0];
  const all = useMemo(() => (vertex === undefined ? [] : columnsOf(vertex, title(vertex.id), series)), [vertex, title, series]);
  const asOne = all.length > MOST_STACKED;
  const columns = asOne ? [{ id: 'all', name: text.all(title(vertex?.id ?? '')), index: 0 }] : all;
  const buckets = useMemo(() => {
    const names = all.map(({ id }) => id);
    const parts = series ? bucketsOf(series, { from, to }, names) : [];
    return asOne ? inOne(parts, 'all') : parts;
  }, [series, from, to, asOne, all]);
  const colour = (index: number) => columnColour(index, columns.length, isOfUsers);
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
              options={vertices.map(({ id }) => [id, title(id)] as const)}
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
        <ThroughputPlot
          columns={columns}
          buckets={buckets}
          colour={colour}
          window={window}
          name={text.chartName(title(vertex?.id ?? ''))}
        />
      </Suspense>
    </Lane>
  );
}
