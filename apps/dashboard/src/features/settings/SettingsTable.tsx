import { Panel } from '../../components/Panel.js';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { formatDuration } from '../../format/duration.js';
import { formatCount, UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/define.js';
import { settingsMessages } from './messages.js';

/** What the job runs with, as the engine says it. */
export function SettingsTable() {
  const text = useMessages(settingsMessages);
  const job = useDashboard(selectJob);
  const source = useDashboard((dashboard) => dashboard.state?.source.description);
  if (job === undefined) {
    return (
      <Panel id="settings" title={text.title}>
        <p className="px-4 pb-3 text-ink-3 text-small">{text.none}</p>
      </Panel>
    );
  }
  const { checkpointConfig: config } = job;
  const rows: readonly (readonly [name: string, value: string])[] = [
    [text.job, `${job.name} · ${job.id}`],
    [text.source, source ?? UNKNOWN],
    [text.parallelism, formatCount(job.parallelism)],
    [text.interval, config.enabled ? formatDuration(config.interval) : text.onDemand],
    [text.mode, config.mode],
    [text.unaligned, config.unaligned ? text.yes : text.no],
    [text.timeout, formatDuration(config.timeout)],
    [text.retained, formatCount(config.retained)],
    [text.backend, config.stateBackend],
    [text.storage, config.directory],
    [text.restart, job.restartStrategy],
  ];
  return (
    <Panel id="settings" title={text.title}>
      <dl className="grid gap-x-6 px-4 pb-3 text-small wide:grid-cols-2">
        {rows.map(([name, value]) => (
          <div key={name} className="flex min-w-0 gap-3 border-line-2 border-t py-1">
            <dt className="w-40 flex-none text-ink-3">{name}</dt>
            <dd className="min-w-0 flex-1 [overflow-wrap:anywhere]">{value}</dd>
          </div>
        ))}
      </dl>
    </Panel>
  );
}
