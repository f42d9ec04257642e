import type { TaskManagerInfo } from '@weir/protocol';
import { useMemo } from 'react';
import { Bar } from '../../components/Bar.js';
import { Panel } from '../../components/Panel.js';
import { selectJob, selectTaskManagers } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { exactBytes, formatBytes } from '../../format/bytes.js';
import { taskManagerName } from '../../format/names.js';
import { formatCount, formatShare, UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { layoutOf } from '../machine/model/layout.js';
import { FailButtons } from './FailButtons.js';
import { clusterMessages } from './messages.js';
import { shownStatus } from './shown-status.js';

const tones = {
  healthy: 'text-ok',
  failed: 'font-semibold text-fail',
  recovering: 'text-alert',
  recovered: 'text-ok',
  restarted: 'text-ok',
};

/** What each TaskManager uses. Where the drawing shows them from afar, each of them can be failed here. */
export function TaskManagerTable() {
  const text = useMessages(clusterMessages);
  const all = useDashboard(selectTaskManagers);
  const job = useDashboard(selectJob);
  const isFar = useMemo(() => layoutOf(job, all).zoom === 'far', [job, all]);
  return (
    <Panel id="cluster" title={text.title}>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it. */}
      <section tabIndex={0} aria-labelledby="cluster-title" className="max-h-64 overflow-auto">
        <table className="w-full border-collapse text-small">
          <thead className="sticky top-0 bg-panel">
            <tr className="h-7 text-ink-3 [&>th]:whitespace-nowrap [&>th]:px-2 [&>th]:text-right [&>th]:font-medium">
              <th className="sticky left-0 bg-panel pl-4! text-left!">{text.name}</th>
              <th className="text-left!">{text.status}</th>
              <th>{text.attempt}</th>
              <th>{text.slots}</th>
              <th>{text.cpu}</th>
              <th>{text.heap}</th>
              <th title={text.outsideExact}>{text.outside}</th>
              <th title={text.networkExact} className="pr-4!">
                {text.network}
              </th>
              {isFar && <th className="pr-4!">{text.fail}</th>}
            </tr>
          </thead>
          <tbody>
            {all.map((taskManager) => (
              <Row key={taskManager.id} taskManager={taskManager} isFar={isFar} />
            ))}
          </tbody>
        </table>
        {all.length === 0 && <p className="px-4 py-2 text-ink-3 text-small">{text.none}</p>}
      </section>
    </Panel>
  );
}

function Row({ taskManager, isFar }: { readonly taskManager: TaskManagerInfo; readonly isFar: boolean }) {
  const text = useMessages(clusterMessages);
  const { id, attempt, registered, metrics, slots, freeSlots } = taskManager;
  const status = useDashboard((dashboard) => shownStatus(taskManager, selectJob(dashboard)?.recoveries[0]));
  // Of one that is gone the last figures are no longer those of anything.
  const known = registered ? metrics : undefined;
  return (
    <tr
      {...(isFar ? { 'data-testid': `taskmanager-${id}`, 'data-status': taskManager.status } : {})}
      className="h-[30px] border-line-2 border-t [&>td]:whitespace-nowrap [&>td]:px-2 [&>td]:text-right"
    >
      <td className="sticky left-0 bg-panel pl-4! text-left! font-semibold">{taskManagerName(id)}</td>
      <td className={`text-left! ${tones[status]}`}>{text.statuses[status]}</td>
      <td>{formatCount(attempt)}</td>
      <td>{registered ? `${slots - freeSlots} / ${slots}` : UNKNOWN}</td>
      <td>
        <span className="inline-flex items-center gap-1.5">
          <Bar share={known?.cpuLoad ?? 0} className="w-16" />
          <span className="min-w-[30px]">{formatShare(known?.cpuLoad)}</span>
        </span>
      </td>
      <td title={text.heapExact(exactBytes(known?.heapUsed), formatBytes(known?.heapMax))}>{formatBytes(known?.heapUsed)}</td>
      <td title={exactBytes(known?.externalUsed)}>{formatBytes(known?.externalUsed)}</td>
      <td className="pr-4!">{known === undefined ? UNKNOWN : `${known.networkBuffersUsed} / ${known.networkBuffersTotal}`}</td>
      {isFar && (
        <td className="py-0.5 pr-4!">
          <FailButtons taskManager={taskManager} />
        </td>
      )}
    </tr>
  );
}
