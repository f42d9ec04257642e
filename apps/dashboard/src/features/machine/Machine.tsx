import { type CSSProperties, useMemo, useRef, useState } from 'react';
import { selectJob, selectKeys, selectTaskManagers } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { useMessages } from '../../messages/use-messages.js';
import { useView } from '../../view/view-store.js';
import './machine.css';
import { titlesOf } from '../../job/titles.js';
import { machineMessages } from './messages.js';
import { layoutOf, type MachineLayout } from './model/layout.js';
import type { Places } from './model/placement.js';
import { NO_ROUTES, routesOf } from './model/routes.js';
import { columnsTemplate, rowsTemplate } from './model/tracks.js';
import { NO_WIRES, wiresOf } from './model/wires.js';
import { CheckpointStore } from './ui/CheckpointStore.js';
import { ColumnHeads } from './ui/ColumnHeads.js';
import { EdgeLabels } from './ui/EdgeLabels.js';
import { FarField } from './ui/FarField.js';
import { GateRuler } from './ui/GateRuler.js';
import { JobManagerBridge } from './ui/JobManagerBridge.js';
import { Legend } from './ui/Legend.js';
import { MachineCanvas } from './ui/MachineCanvas.js';
import { MachineTable } from './ui/MachineTable.js';
import { createMachinery, MachineryContext } from './ui/machinery.js';
import { TaskManagerBand } from './ui/TaskManagerBand.js';
import { useFollowed } from './ui/use-followed.js';
import { useGeometry } from './ui/use-geometry.js';
import { WireLines } from './ui/WireLines.js';

/** The first page's picture: rows are TaskManagers, columns the job's vertices, and water runs through them. */
export function Machine() {
  const t = useMessages(machineMessages);
  const job = useDashboard(selectJob);
  const taskManagers = useDashboard(selectTaskManagers);
  const keys = useDashboard(selectKeys);
  const connected = useDashboard((dashboard) => dashboard.connection === 'connected');
  const language = useView((view) => view.language);
  const root = useRef<HTMLElement>(null);
  const places = useRef<Places>(undefined);
  const [machinery] = useState(createMachinery);
  const [asTable, setAsTable] = useState(false);

  const layout = useMemo(() => layoutOf(job, taskManagers, places.current), [job, taskManagers]);
  places.current = layout.places;
  const titles = useMemo(() => titlesOf(layout.columns, layout.roles), [layout]);
  const structure = structureOf(layout);
  const geometry = useGeometry(root, `${structure} ${language} ${asTable}`);
  const followed = useFollowed(keys);
  // biome-ignore lint/correctness/useExhaustiveDependencies: ways change with the structure, not with each figure in the layout.
  const routes = useMemo(
    () =>
      geometry === undefined
        ? NO_ROUTES
        : routesOf(
            layout,
            geometry,
            followed.map((key) => key.keyGroup),
          ),
    [structure, geometry, followed],
  );
  // biome-ignore lint/correctness/useExhaustiveDependencies: as the ways.
  const wires = useMemo(() => (geometry === undefined ? NO_WIRES : wiresOf(layout, geometry)), [structure, geometry]);
  const threshold = typeof job?.parameters.threshold === 'number' ? job.parameters.threshold : undefined;
  const tracks = { '--columns': columnsTemplate(layout), '--rows': rowsTemplate(layout), '--bands': layout.rows.length } as CSSProperties;
  const far = layout.zoom === 'far';

  return (
    <MachineryContext value={machinery}>
      <section
        ref={root}
        className="machine"
        data-testid="architecture-diagram"
        data-zoom={layout.zoom}
        data-stale={!connected}
        data-table={asTable}
        aria-label={t.title}
        style={tracks}
      >
        <h2 className="visually-hidden">{t.title}</h2>
        {!asTable && geometry !== undefined && !far && <WireLines wires={wires} width={geometry.width} height={geometry.height} />}
        <JobManagerBridge />
        {!asTable && <ColumnHeads layout={layout} titles={titles} />}
        <div className="bands" data-testid="pipeline-diagram">
          {asTable ? null : far ? (
            <FarField layout={layout} titles={titles} />
          ) : (
            <>
              {layout.rows.map((row, index) => (
                <TaskManagerBand key={row.taskManager.id} row={row} place={index + 1} titles={titles} threshold={threshold} />
              ))}
              {layout.gates.map((gate) => (
                <GateRuler key={gate.id} gate={gate} geometry={geometry} followed={followed} places={layout.places} />
              ))}
            </>
          )}
          {(asTable || !far) && <MachineTable layout={layout} titles={titles} shown={asTable} />}
        </div>
        <CheckpointStore />
        <footer className="machine-foot">
          <Legend />
          <button type="button" className="as-table" onClick={() => setAsTable(!asTable)}>
            {asTable ? t.asDrawing : t.asTable}
          </button>
        </footer>
        {!asTable && geometry !== undefined && !far && <EdgeLabels layout={layout} geometry={geometry} />}
        {!asTable && <MachineCanvas geometry={geometry} layout={layout} routes={routes} wires={wires} followed={followed} kind="machine" />}
      </section>
    </MachineryContext>
  );
}

/** Another text, another set of boxes. */
function structureOf(layout: MachineLayout): string {
  return layout.rows
    .map(
      (row) =>
        `${row.taskManager.id}[${row.cells.map((cell) => cell.subtasks.map((placed) => placed.key.slice(-34)).join('+')).join('|')}]`,
    )
    .join();
}
