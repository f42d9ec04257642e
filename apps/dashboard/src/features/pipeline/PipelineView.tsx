import { useEffect, useMemo, useRef, useState } from 'react';
import { selectJob, selectKeys, selectTaskManagers } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { titlesOf } from '../../job/titles.js';
import { useMessages } from '../../messages/use-messages.js';
import { layoutOf } from '../machine/model/layout.js';
import type { Places } from '../machine/model/placement.js';
import { Legend } from '../machine/ui/Legend.js';
import { MachineTable } from '../machine/ui/MachineTable.js';
import { createMachinery, MachineryContext } from '../machine/ui/machinery.js';
import { useFollowed } from '../machine/ui/use-followed.js';
import '../machine/machine.css';
import { CheckpointBars } from '../checkpoints/CheckpointBars.js';
import { TaskRates } from '../throughput/TaskRates.js';
import { Ledger } from './Ledger.js';
import { pipelineMessages } from './messages.js';
import { PipelineFlow } from './PipelineFlow.js';
import './pipeline.css';

const TURNED = 700;

/** The job graph by itself (`#/pipeline`): every subtask a lane, every channel, the ruler of key groups, gates side by side, the ledger. */
export default function PipelineView() {
  const t = useMessages(pipelineMessages);
  const job = useDashboard(selectJob);
  const taskManagers = useDashboard(selectTaskManagers);
  const keys = useDashboard(selectKeys);
  const connected = useDashboard((dashboard) => dashboard.connection === 'connected');
  const [machinery] = useState(createMachinery);
  const frame = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  const places = useRef<Places>(undefined);
  const layout = useMemo(() => layoutOf(job, taskManagers, places.current), [job, taskManagers]);
  places.current = layout.places;
  const titles = useMemo(() => titlesOf(layout.columns, layout.roles), [layout]);
  const structure = layout.columns
    .map((column) => column.vertices.map((vertex) => `${vertex.id}×${vertex.parallelism}`).join('+'))
    .join('>');
  const followed = useFollowed(keys);
  const threshold = typeof job?.parameters.threshold === 'number' ? job.parameters.threshold : undefined;
  const mode = job?.checkpointConfig.mode === 'AT_LEAST_ONCE' ? t.atLeastOnce : t.exactlyOnce;

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);

  return (
    <MachineryContext value={machinery}>
      <section className="pipeline" data-testid="pipeline-view" data-stale={!connected} aria-label={t.title}>
        <header className="pipeline-head">
          <h2>{t.title}</h2>
          {job !== undefined && <p className="machine-note">{t.subtitle(job.parallelism, mode)}</p>}
          <Legend />
        </header>
        <div ref={frame} className="pipeline-frame">
          {job === undefined ? (
            <p className="pipeline-empty">{t.noJob}</p>
          ) : (
            width > 0 && (
              <PipelineFlow
                layout={layout}
                structure={structure}
                followed={followed}
                threshold={threshold}
                width={width}
                turned={width < TURNED}
              />
            )
          )}
        </div>
        <Ledger />
        <div className="pipeline-below">
          <TaskRates />
          <CheckpointBars />
        </div>
        <MachineTable layout={layout} titles={titles} shown={false} />
      </section>
    </MachineryContext>
  );
}
