import { useEffect } from 'react';
import { AlertLog } from '../features/alerts/AlertLog.js';
import { CheckpointHistory } from '../features/checkpoints/CheckpointHistory.js';
import { CheckpointLane } from '../features/checkpoints/CheckpointLane.js';
import { EventLog } from '../features/log/EventLog.js';
import { Machine } from '../features/machine/Machine.js';
import { ClusterOverview } from '../features/overview/ClusterOverview.js';
import { RecoveryTimeline } from '../features/recovery/RecoveryTimeline.js';
import { SettingsTable } from '../features/settings/SettingsTable.js';
import { TaskTable } from '../features/tasks/TaskTable.js';
import { ThroughputLane } from '../features/throughput/ThroughputLane.js';

/** Two columns on a wide screen: what moves at the left, what is read at the right, as tall as what stands beside it. */
const row = 'grid border-line border-b desk:grid-cols-[minmax(0,1fr)_362px]';
const rail = 'border-line max-desk:border-t desk:relative desk:border-l';

export function OverviewPage({ section }: { readonly section: string | undefined }) {
  useEffect(() => {
    if (section !== undefined) document.getElementById(section)?.scrollIntoView({ block: 'nearest' });
  }, [section]);
  return (
    <main>
      <ClusterOverview />
      <div className={row}>
        <Machine />
        <div className={rail}>
          <div className="grid wide:max-desk:grid-cols-2 desk:absolute desk:inset-0 desk:grid-rows-2">
            <div className="h-72 min-h-0 desk:h-auto">
              <AlertLog />
            </div>
            <div className="h-96 min-h-0 border-line max-wide:border-t wide:max-desk:h-72 wide:max-desk:border-l desk:h-auto desk:border-t">
              <EventLog />
            </div>
          </div>
        </div>
      </div>
      <div className={row}>
        <div className="min-w-0 px-4 pb-2 desk:px-5">
          <ThroughputLane />
          <CheckpointLane />
        </div>
        <div className={rail}>
          <div className="h-96 desk:absolute desk:inset-0 desk:h-auto">
            <CheckpointHistory />
          </div>
        </div>
      </div>
      <div className="border-line border-b desk:px-1">
        <RecoveryTimeline />
      </div>
      <div className="border-line border-b desk:px-1">
        <TaskTable />
      </div>
      <div className="desk:px-1">
        <SettingsTable />
      </div>
    </main>
  );
}
