import { lazy, Suspense, useEffect } from 'react';
import { persistently } from './connection/persistently.js';
import { AlarmList } from './features/alarms/AlarmList.js';
import { watchForAlarms } from './features/alarms/alarm-store.js';
import { CheckpointDetails } from './features/checkpoints/CheckpointDetails.js';
import { useMessages } from './messages/use-messages.js';
import { ConnectionBand } from './shell/ConnectionBand.js';
import { Header } from './shell/Header.js';
import { listenToKeys } from './shell/keyboard.js';
import { LiveRegion } from './shell/LiveRegion.js';
import { shellMessages } from './shell/messages.js';
import { OverviewPage } from './shell/OverviewPage.js';
import { readRoute, useHash } from './shell/routes.js';

let pipeline: Promise<typeof import('./features/pipeline/PipelineView.js')> | undefined;
/** Once it is there it is there without a connection, too. */
function loadPipeline(): NonNullable<typeof pipeline> {
  pipeline ??= persistently(() => import('./features/pipeline/PipelineView.js'));
  return pipeline;
}
const PipelineView = lazy(loadPipeline);

/** Once the first page stands the other view is fetched too: it can be opened then while the server is down. ms. */
const BEFOREHAND = 2_000;

function fetchBeforehand(): () => void {
  const timer = setTimeout(() => void loadPipeline(), BEFOREHAND);
  return () => clearTimeout(timer);
}

export function App() {
  const route = readRoute(useHash());
  useEffect(listenToKeys, []);
  useEffect(watchForAlarms, []);
  useEffect(fetchBeforehand, []);
  const text = useMessages(shellMessages);
  return (
    <>
      <Header view={route.view} />
      {route.view === 'pipeline' ? (
        <main>
          <Suspense fallback={<p className="px-4 py-3 text-ink-3">{text.loadingPipeline}</p>}>
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
