import { useVirtualizer } from '@tanstack/react-virtual';
import { useMemo, useRef } from 'react';
import { Panel } from '../../components/Panel.js';
import { selectCheckpoints, selectVertices } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { useTitle } from '../../job/use-titles.js';
import { useMessages } from '../../messages/use-messages.js';
import { taskMessages } from './messages.js';
import { taskRows } from './rows.js';
import { TaskTableRow } from './TaskTableRow.js';
import { useTaskRates } from './use-task-rates.js';

const ROW = 30;

/** Each subtask with its figures: also what the drawings show, for who cannot see them. A job of a thousand tasks scrolls in its own frame. */
export function TaskTable() {
  const text = useMessages(taskMessages);
  const vertices = useDashboard(selectVertices);
  const latest = useDashboard((dashboard) => selectCheckpoints(dashboard)?.latestCompleted);
  const title = useTitle();
  const rates = useTaskRates();
  const rows = useMemo(() => taskRows(vertices, latest), [vertices, latest]);
  const scroll = useRef<HTMLElement>(null);
  const virtual = useVirtualizer({ count: rows.length, getScrollElement: () => scroll.current, estimateSize: () => ROW, overscan: 12 });
  const shown = virtual.getVirtualItems();
  const above = shown[0]?.start ?? 0;
  const below = virtual.getTotalSize() - (shown.at(-1)?.end ?? 0);
  return (
    <Panel id="tasks" title={text.title} note={rows.length > 0 ? text.count(rows.length) : undefined}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it. */}
      <section ref={scroll} tabIndex={0} aria-labelledby="tasks-title" className="max-h-[520px] overflow-auto">
        <table className="w-full border-collapse text-small" aria-rowcount={rows.length + 1}>
          <thead className="sticky top-0 z-1 bg-panel">
            <tr className="h-7 text-ink-3 [&>th]:whitespace-nowrap [&>th]:px-2 [&>th]:text-right [&>th]:font-medium">
              <th className="sticky left-0 bg-panel pl-4! text-left!">{text.task}</th>
              <th className="text-left!">{text.state}</th>
              <th>{text.attempt}</th>
              <th className="text-left!">{text.place}</th>
              <th>{text.in}</th>
              <th>{text.out}</th>
              <th className="text-left!">{text.load}</th>
              <th>{text.latency}</th>
              <th className="pr-4!">{text.part}</th>
            </tr>
          </thead>
          <tbody>
            {above > 0 && <Gap height={above} />}
            {shown.map(({ index }) => {
              const row = rows[index];
              return row && <TaskTableRow key={row.id} row={row} title={title(row.vertexId)} rates={rates.get(row.id)} place={index + 2} />;
            })}
            {below > 0 && <Gap height={below} />}
          </tbody>
        </table>
        {rows.length === 0 && <p className="px-4 py-2 text-ink-3 text-small">{text.none}</p>}
      </section>
    </Panel>
  );
}

/** Stands for the rows that are out of sight. */
function Gap({ height }: { readonly height: number }) {
  return (
    <tr>
      <td colSpan={9} style={{ height }} />
    </tr>
  );
}
