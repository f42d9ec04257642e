import { Controls, type Node, ReactFlow, type ReactFlowInstance, useStore, ViewportPortal } from '@xyflow/react';
import '@xyflow/react/dist/base.css';
import { useEffect, useMemo, useState } from 'react';
import { titlesOf } from '../../job/titles.js';
import { useMessages } from '../../messages/use-messages.js';
import { useView } from '../../view/view-store.js';
import type { FollowedKey } from '../machine/model/followed-keys.js';
import type { MachineLayout } from '../machine/model/layout.js';
import { type Routes, routesOf } from '../machine/model/routes.js';
import { NO_WIRES } from '../machine/model/wires.js';
import { MachineCanvas } from '../machine/ui/MachineCanvas.js';
import { HeadNode } from './HeadNode.js';
import { pipelineMessages } from './messages.js';
import { type PipelinePlan, pipelinePlan, pipelineWay } from './plan.js';
import { RulerNode } from './RulerNode.js';
import { TaskNode } from './TaskNode.js';

const NODE_TYPES = { task: TaskNode, ruler: RulerNode, head: HeadNode };
const SMALL = 60;
const MOST_HEIGHT = 1_100;
/** Room below for the buttons that zoom. */
const CONTROLS = 44;

interface Props {
  readonly layout: MachineLayout;
  readonly structure: string;
  readonly followed: readonly FollowedKey[];
  readonly threshold: number | undefined;
  readonly width: number;
  readonly turned: boolean;
}

/** The job graph, to be moved and zoomed: React Flow holds its boxes, a canvas above them what moves. */
export function PipelineFlow({ layout, structure, followed, threshold, width, turned }: Props) {
  const t = useMessages(pipelineMessages);
  const dark = useView((view) => view.theme === 'dark');
  const [flow, setFlow] = useState<ReactFlowInstance>();
  // biome-ignore lint/correctness/useExhaustiveDependencies: the plan changes with the structure, not with each figure in the layout.
  const plan = useMemo(() => pipelinePlan(layout, turned), [structure, turned]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: as the plan.
  const routes = useMemo(
    () =>
      routesOf(
        layout,
        plan.geometry,
        followed.map((key) => key.keyGroup),
        pipelineWay(layout),
      ),
    [structure, plan, followed],
  );
  const nodes = useMemo(() => nodesOf(layout, plan, followed, threshold), [layout, plan, followed, threshold]);
  const zoom = Math.min(1.25, width / plan.geometry.width);
  const height = Math.min(MOST_HEIGHT, Math.max(260, plan.geometry.height * zoom + CONTROLS));

  useEffect(() => {
    void flow?.setViewport({ x: Math.max(0, (width - plan.geometry.width * zoom) / 2), y: 0, zoom });
  }, [flow, width, plan, zoom]);

  return (
    <div style={{ height }}>
      <ReactFlow
        nodes={nodes}
        edges={[]}
        nodeTypes={NODE_TYPES}
        onInit={(instance) => setFlow(instance as unknown as ReactFlowInstance)}
        nodesDraggable={false}
        nodesConnectable={false}
        nodesFocusable={false}
        elementsSelectable={false}
        zoomOnScroll={false}
        preventScrolling={false}
        minZoom={0.15}
        maxZoom={2.5}
        colorMode={dark ? 'dark' : 'light'}
      >
        <Controls showInteractive={false} aria-label={t.panHint} />
        <Movement plan={plan} layout={layout} routes={routes} followed={followed} />
      </ReactFlow>
    </div>
  );
}

function Movement({
  plan,
  layout,
  routes,
  followed,
}: {
  readonly plan: PipelinePlan;
  readonly layout: MachineLayout;
  readonly routes: Routes;
  readonly followed: readonly FollowedKey[];
}) {
  const zoom = useStore((store) => Math.ceil(store.transform[2] * 2) / 2);
  const { width, height } = plan.geometry;
  return (
    <ViewportPortal>
      <div className="pipeline-movement" style={{ width, height }}>
        <MachineCanvas
          geometry={plan.geometry}
          layout={layout}
          routes={routes}
          wires={NO_WIRES}
          followed={followed}
          kind="pipeline"
          zoom={zoom}
        />
      </div>
    </ViewportPortal>
  );
}

function nodesOf(layout: MachineLayout, plan: PipelinePlan, followed: readonly FollowedKey[], threshold: number | undefined): Node[] {
  const titles = titlesOf(layout.columns, layout.roles);
  const tasks = layout.rows.flatMap((row) =>
    row.cells.flatMap((cell) =>
      cell.subtasks.flatMap((placed): Node[] => {
        const box = plan.geometry.slots.get(placed.key)?.box;
        if (box === undefined) return [];
        const [width, height] = [box.right - box.left, box.bottom - box.top];
        const title = titles.get(placed.vertex.id) ?? placed.vertex.name;
        const data = { placed, taskManagerId: row.taskManager.id, title, threshold, small: height < SMALL };
        return [{ id: placed.key, type: 'task', position: { x: box.left, y: box.top }, width, height, data }];
      }),
    ),
  );
  const rulers = layout.gates.flatMap((gate): Node[] => {
    const box = plan.geometry.gates.get(gate.id);
    if (box === undefined) return [];
    return [
      { id: gate.id, type: 'ruler', position: { x: box.left, y: box.top }, data: { gate, box, turned: plan.geometry.turned, followed } },
    ];
  });
  const heads = layout.columns
    .flatMap((column) => column.vertices)
    .flatMap((vertex): Node[] => {
      const box = plan.heads.get(vertex.id);
      if (box === undefined) return [];
      const data = { vertex, title: titles.get(vertex.id) ?? vertex.name, width: box.right - box.left };
      return [{ id: `head ${vertex.id}`, type: 'head', position: { x: box.left, y: box.top }, data }];
    });
  return [...heads, ...rulers, ...tasks];
}
