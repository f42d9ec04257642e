import type { TaskManagerInfo } from '@weir/protocol';
import { Figure } from '../../components/Figure.js';
import { selectTaskManagers } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { exactBytes, formatBytes } from '../../format/bytes.js';
import { taskManagerName } from '../../format/names.js';
import { formatShare } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { sumKnown } from './figures.js';
import { overviewMessages } from './messages.js';

export function CpuFigure() {
  const text = useMessages(overviewMessages);
  const all = useDashboard(selectTaskManagers);
  const load = sumKnown(all.map((taskManager) => taskManager.metrics?.cpuLoad));
  const each = list(all, text.perTaskManager, (taskManager) => formatShare(taskManager.metrics?.cpuLoad));
  return (
    <Figure label={text.cpu} exact={`${text.cpuExact}\n${each}`}>
      {formatShare(load)}
    </Figure>
  );
}

export function HeapFigure() {
  const text = useMessages(overviewMessages);
  const all = useDashboard(selectTaskManagers);
  const used = sumKnown(all.map((taskManager) => taskManager.metrics?.heapUsed));
  const each = list(all, text.perTaskManager, (taskManager) => formatBytes(taskManager.metrics?.heapUsed));
  return (
    <Figure label={text.heap} exact={each}>
      {formatBytes(used)}
    </Figure>
  );
}

function list(
  all: readonly TaskManagerInfo[],
  line: (name: string, value: string) => string,
  value: (taskManager: TaskManagerInfo) => string,
): string {
  return all.map((taskManager) => line(taskManagerName(taskManager.id), value(taskManager))).join('\n');
}

/** The whole process: engine, server and all threads. */
export function ServerFigure({ className }: { readonly className: string }) {
  const text = useMessages(overviewMessages);
  const memory = useDashboard((dashboard) => dashboard.state?.server.residentMemory);
  const load = useDashboard((dashboard) => dashboard.state?.server.cpuLoad);
  return (
    <Figure label={text.server} exact={text.serverExact(exactBytes(memory), formatShare(load))} className={className}>
      {formatBytes(memory)}
    </Figure>
  );
}
