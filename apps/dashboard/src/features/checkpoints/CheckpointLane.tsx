import type { CheckpointInfo } from '@weir/protocol';
import { lazy, Suspense, useMemo } from 'react';
import { Lane, LaneFigures } from '../../components/Lane.js';
import { persistently } from '../../connection/persistently.js';
import { selectCheckpoints } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { formatCount } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { plotHeight } from '../time/plot-layout.js';
import { useTimeWindow } from '../time/time-axis.js';
import { checkpointMessages } from './messages.js';
import { checkpointPoints } from './points.js';

const CheckpointPlot = lazy(() => persistently(() => import('./CheckpointPlot.js')));
const none: readonly CheckpointInfo[] = [];

export function CheckpointLane() {
  const text = useMessages(checkpointMessages);
  const history = useDashboard((dashboard) => selectCheckpoints(dashboard)?.history ?? none);
  const counts = useDashboard((dashboard) => selectCheckpoints(dashboard)?.counts);
  const window = useTimeWindow();
  const { from, to } = window;
  const points = useMemo(() => checkpointPoints(history, { from, to }), [history, from, to]);
  return (
    <Lane
      id="checkpoint-lane"
      title={text.lane}
      side={
        <LaneFigures
          figures={[
            [text.completed, formatCount(counts?.completed)],
            [text.inProgress, formatCount(counts?.inProgress)],
            [text.failed, formatCount(counts?.failed)],
            [text.restored, formatCount(counts?.restored)],
          ]}
        />
      }
    >
      <Suspense fallback={<div style={{ height: plotHeight.checkpoints }} />}>
        <CheckpointPlot points={points} window={window} name={text.chartName} />
      </Suspense>
    </Lane>
  );
}
