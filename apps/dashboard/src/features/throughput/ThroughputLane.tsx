import { lazy, Suspense, useMemo } from 'react';
import { Lane } from '../../components/Lane.js';
import { selectVertices } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { useTitle } from '../../job/use-titles.js';
import { useMessages } from '../../messages/use-messages.js';
import { SpeedControl } from '../source/SpeedControl.js';
import { plotHeight } from '../time/plot-layout.js';
import { useTimeWindow } from '../time/time-axis.js';
import { bucketsOf, bucketWidth, inOne } from './buckets.js';
import { MOST_STACKED, sourceColumns } from './columns.js';

import { throughputMessages } from './messages.js';
import { SpanSwitch } from './SpanSwitch.js';
import { ThroughputLegend } from './ThroughputLegend.js';

const ThroughputPlot = lazy(() => import('./ThroughputPlot.js'));

export function ThroughputLane() {
  const text = useMessages(throughputMessages);
  const series = useDashboard((dashboard) => dashboard.state?.series);
  const vertices = useDashboard(selectVertices);
  const window = useTimeWindow();
  const { from, to } = window;
  const title = useTitle();
  const all = useMemo(() => sourceColumns(vertices, title), [vertices, title]);
  const asOne = all.length > MOST_STACKED;
  const columns = asOne ? [{ id: 'all', name: text.all, index: 0 }] : all;
  const buckets = useMemo(() => {
    const parts = series ? bucketsOf(series, { from, to }) : [];
    return asOne ? inOne(parts, 'all') : parts;
  }, [series, from, to, asOne]);
  const seconds = bucketWidth(window) / 1_000;
  return (
    <Lane
      id="throughput"
      title={text.title}
      testId="throughput-chart"
      side={
        <>
          <div className="my-1.5 flex flex-wrap gap-1.5">
            <SpanSwitch />
            <SpeedControl />
          </div>
          <ThroughputLegend columns={columns} buckets={buckets} note={text.meanOf(seconds)} />
        </>
      }
    >
      <Suspense fallback={<div style={{ height: plotHeight.throughput }} />}>
        <ThroughputPlot columns={columns} buckets={buckets} window={window} name={text.chartName} />
      </Suspense>
    </Lane>
  );
}
