import { useEffect } from 'react';
import { useDashboard } from '../connection/store.js';
import { AlertLog } from '../features/alerts/AlertLog.js';
import { CheckpointHistory } from '../features/checkpoints/CheckpointHistory.js';
import { CheckpointLane } from '../features/checkpoints/CheckpointLane.js';
import { TaskManagerTable } from '../features/cluster/TaskManagerTable.js';
import { EventLog } from '../features/log/EventLog.js';
import { Machine } from '../features/machine/Machine.js';
import { ClusterOverview } from '../features/overview/ClusterOverview.js';
import { RecoveryTimeline } from '../features/recovery/RecoveryTimeline.js';
import { SettingsTable } from '../features/settings/SettingsTable.js';
import { TaskTable } from '../features/tasks/TaskTable.js';
import { ThroughputLane } from '../features/throughput/ThroughputLane.js';

/** Two columns on a desk's screen: what moves at the left, what is read at the right, as tall as what stands beside it. Below that one after the other. */
const row = 'grid grid-cols-[minmax(0,1fr)] border-line border-b bg-panel desk:grid-cols-[minmax(0,1fr)_362px]';
const rail = 'min-w-0 border-line max-desk:border-t desk:relative desk:border-l';
/** As tall as the row's left part, whatever it holds. */
const asTall = 'desk:absolute desk:inset-0 desk:h-auto';

export function OverviewPage({ section }: { readonly section: string | undefined }) {
  const frozen = useDashboard((dashboard) => dashboard.connection === 'disconnected');
  useEffect(() => {
    if (section !== undefined) document.getElementById(section)?.scrollIntoView({ block: 'nearest' });
  }, [section]);
  return (
    <main id="main" tabIndex={-1} className={`outline-none ${frozen ? '[&>*]:grayscale' : ''}`}>
      <ClusterOverview />
      <div className={row}>
        <Machine />
        <div className={rail}>
          <div className={`grid wide:max-desk:grid-cols-2 desk:grid-rows-2 ${asTall}`}>
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
        {/* The plots begin where the machine's first stream does. */}
        <div className="min-w-0 px-4 pb-2 wide:pr-0 wide:pl-7 desk:pl-[30px]">
          <ThroughputLane />
          <CheckpointLane />
          <RecoveryTimeline />
        </div>
        <div className={rail}>
          <div className={`h-96 ${asTall}`}>
            <CheckpointHistory />
          </div>
        </div>
      </div>
      <div className={row}>
        <div className="min-w-0 desk:px-[14px]">
          <TaskTable />
          <div className="mt-2 border-line-2 border-t">
            <TaskManagerTable />
          </div>
        </div>
        <div className={rail}>
          <SettingsTable />
        </div>
      </div>
    </main>
  );
}
