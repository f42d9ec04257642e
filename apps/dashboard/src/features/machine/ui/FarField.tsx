import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react';
import { formatShare } from '../../../format/number.js';
import { useMessages } from '../../../messages/use-messages.js';
import { useView } from '../../../view/view-store.js';
import { machineMessages } from '../messages.js';
import type { MachineLayout } from '../model/layout.js';
import { farPlan, paintFar, worst } from '../paint/far.js';
import { readPalette } from '../paint/palette.js';
import { Surface } from '../paint/surface.js';
import { TaskManagerMeta } from './TaskManagerMeta.js';

interface Props {
  readonly layout: MachineLayout;
  readonly titles: ReadonlyMap<string, string>;
}

/** Many TaskManagers from afar; the one that is picked stands below with its tasks. */
export function FarField({ layout, titles }: Props) {
  const t = useMessages(machineMessages);
  const theme = useView((view) => view.theme);
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const surface = useRef<Surface>(undefined);
  const [width, setWidth] = useState(0);
  const [picked, setPicked] = useState<string>();
  const plan = useMemo(() => farPlan(layout, width), [layout, width]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: the tokens are others in another theme.
  const palette = useMemo(() => readPalette(document.documentElement), [theme]);
  const pickedRow = layout.rows.find((row) => row.taskManager.id === picked);

  useEffect(() => {
    const observer = new ResizeObserver(([entry]) => setWidth(Math.round(entry!.contentRect.width)));
    observer.observe(frame.current!);
    return () => observer.disconnect();
  }, []);

  useEffect(() => {
    if (width === 0) return;
    surface.current ??= new Surface(canvas.current!);
    surface.current.fit(plan.width, plan.height);
    paintFar(surface.current.context, layout, plan, palette, picked);
  }, [layout, plan, palette, picked, width]);

  const pickAt = (index: number) => setPicked(layout.rows[Math.max(0, Math.min(layout.rows.length - 1, index))]?.taskManager.id);
  const onPointer = (event: PointerEvent) => {
    const { top } = event.currentTarget.getBoundingClientRect();
    pickAt(Math.floor((event.clientY - top - plan.top) / plan.rowHeight));
  };
  const onKey = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    pickAt(layout.rows.findIndex((row) => row.taskManager.id === picked) + step);
  };

  return (
    <>
      <div
        ref={frame}
        className="far"
        role="application"
        aria-label={t.far.hint}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: arrow keys pick a TaskManager.
        tabIndex={0}
        onKeyDown={onKey}
        onPointerDown={onPointer}
        style={{ height: plan.height }}
      >
        <canvas ref={canvas} />
        {worst(layout).map(({ row, kind, placed }) => (
          <span
            key={`${row} ${placed?.key}`}
            className="far-label"
            data-kind={kind}
            style={{ top: plan.top + (row + 0.5) * plan.rowHeight, left: kind === 'failed' ? 12 : '58%' }}
          >
            {kind === 'failed'
              ? t.far.silent(layout.rows[row]!.taskManager.id)
              : t.far.busiest(
                  `${titles.get(placed!.vertex.id) ?? placed!.vertex.name} ${placed!.subtask.index + 1}`,
                  formatShare(placed!.subtask.metrics.busyTimeMsPerSecond / 1_000),
                )}
          </span>
        ))}
      </div>
      {pickedRow === undefined ? (
        <p className="machine-note far-hint">{t.far.hint}</p>
      ) : (
        <article className="far-picked" data-testid="picked-taskmanager" data-status={pickedRow.taskManager.status}>
          <TaskManagerMeta taskManager={pickedRow.taskManager} status={pickedRow.taskManager.status} idPrefix="picked-" />
          <ul>
            {pickedRow.cells
              .flatMap((cell) => cell.subtasks)
              .map(({ key, vertex, subtask, slot }) => (
                <li key={key}>
                  <b>{`${titles.get(vertex.id) ?? vertex.name} ${subtask.index + 1}`}</b>
                  <span>{t.slot(slot ?? '—')}</span>
                  <span>{t.busy(formatShare(subtask.metrics.busyTimeMsPerSecond / 1_000))}</span>
                </li>
              ))}
          </ul>
        </article>
      )}
    </>
  );
}
