import { lazy, Suspense, useEffect } from 'react';
import { AlarmList } from './features/alarms/AlarmList.js';
import { watchForAlarms } from './features/alarms/alarm-store.js';
import { CheckpointDetails } from './features/checkpoints/CheckpointDetails.js';
import { ConnectionBand } from './shell/ConnectionBand.js';
import { Header } from './shell/Header.js';
import { listenToKeys } from './shell/keyboard.js';
import { LiveRegion } from './shell/LiveRegion.js';
import { OverviewPage } from './shell/OverviewPage.js';
import { readRoute, useHash } from './shell/routes.js';

const PipelineView = lazy(() => import('./features/pipeline/PipelineView.js'));

export function App() {
  const route = readRoute(useHash());
  useEffect(listenToKeys, []);
  useEffect(watchForAlarms, []);
  return (
    <>
      <Header view={route.view} />
      {route.view === 'pipeline' ? (
        <main>
          <Suspense>
            <PipelineView />
          </Suspense>
        </main>
      ) : (
        <OverviewPage section={route.view === 'overview' ? route.section : 'checkpoints'} />
      )}
      {route.view === 'checkpoint' && <CheckpointDetails id={route.id} />}
      <AlarmList />
      <ConnectionBand />
      <LiveRegion />
    </>
  );
}
