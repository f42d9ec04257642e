import type { VertexInfo } from '@weir/protocol';
import { lazy, Suspense } from 'react';
import { persistently } from '../../connection/persistently.js';
import { selectVertices } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { formatRate } from '../../format/number.js';
import { useTitle } from '../../job/use-titles.js';
import { useMessages } from '../../messages/use-messages.js';
import { type TimeWindow, useTimeWindow } from '../time/time-axis.js';
import { throughputMessages } from './messages.js';
import { SpanSwitch } from './SpanSwitch.js';
import { useVertexRates } from './use-vertex-rates.js';

const TaskRatePlot = lazy(() => persistently(() => import('./TaskRatePlot.js')));

const HEIGHT = 46;

/** A small chart for each task, those of one vertex on one scale. */
export function TaskRates() {
  const text = useMessages(throughputMessages);
  const vertices = useDashboard(selectVertices);
  const title = useTitle();
  const window = useTimeWindow();
  return (
    <section aria-labelledby="task-rates" className="min-w-0">
      <div className="mb-2 flex flex-wrap items-center gap-x-3 gap-y-1">
        <h2 id="task-rates" className="font-bold text-title">
          {text.perTask}
        </h2>
        <span className="text-ink-2 text-small">{text.perSecond}</span>
        <span className="ml-auto" />
        <SpanSwitch />
      </div>
      {vertices.map((vertex) => (
        <VertexRates key={vertex.id} vertex={vertex} title={title(vertex.id)} window={window} />
      ))}
    </section>
  );
}

function VertexRates({ vertex, title, window }: { readonly vertex: VertexInfo; readonly title: string; readonly window: TimeWindow }) {
  const { columns, buckets, colour } = useVertexRates(vertex, title, window);
  const most = Math.max(0, ...buckets.flatMap(({ rates }) => Object.values(rates).map((rate) => rate ?? 0)));
  const newest = buckets.at(-1)?.rates;
  return (
    <div
      className="mb-1 grid gap-x-4"
      style={{ gridTemplateColumns: `repeat(${Math.max(1, Math.min(4, columns.length))}, minmax(0, 1fr))` }}
    >
      {columns.map((column) => (
        <figure key={column.id} className="m-0 min-w-0 border-line-2 border-t pt-1">
          <figcaption className="flex justify-between gap-2 text-small">
            <span className="truncate text-ink-2">{column.name}</span>
            <b className="whitespace-nowrap font-semibold">{formatRate(newest?.[column.id] ?? undefined)}</b>
          </figcaption>
          <Suspense fallback={<div style={{ height: HEIGHT }} />}>
            <TaskRatePlot buckets={buckets} id={column.id} colour={colour(column.index)} window={window} most={most} height={HEIGHT} />
          </Suspense>
        </figure>
      ))}
    </div>
  );
}
