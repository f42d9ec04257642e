import type { JobInfo } from '@weir/protocol';
import { Panel } from '../../components/Panel.js';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { formatDuration } from '../../format/duration.js';
import { formatCount } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { sourceMessages } from '../source/messages.js';
import { type SourceRow, sourceRows } from '../source/source-rows.js';
import { settingsMessages } from './messages.js';
import { readFixedDelay } from './restart-strategy.js';

type Text = (typeof settingsMessages)['en'];

/** What the job runs with, as the engine says it. */
export function SettingsTable() {
  const text = useMessages(settingsMessages);
  const sourceText = useMessages(sourceMessages);
  const job = useDashboard(selectJob);
  const source = useDashboard((dashboard) => dashboard.state?.source);
  return (
    <Panel id="settings" title={text.title}>
      {job === undefined ? (
        <p className="px-4 pb-3 text-ink-3 text-small">{text.none}</p>
      ) : (
        <dl className="px-4 pb-3 text-small wide:max-desk:columns-2 wide:max-desk:gap-8">
          {rowsOf(job, source === undefined ? [] : sourceRows(source, sourceText), text).map((row) => (
            <Row key={row.name} {...row} />
          ))}
        </dl>
      )}
    </Panel>
  );
}

/** What was lost or refused stands out. */
function Row({ name, value, title, bad = false }: SourceRow) {
  return (
    <div title={title} className={`flex min-w-0 break-inside-avoid gap-3 border-line-2 border-t py-[5px] ${bad ? 'text-alert' : ''}`}>
      <dt className={`w-32 flex-none ${bad ? '' : 'text-ink-3'}`}>{name}</dt>
      <dd className="min-w-0 flex-1 break-words">{value}</dd>
    </div>
  );
}

function rowsOf(job: JobInfo, source: readonly SourceRow[], text: Text): readonly SourceRow[] {
  const { checkpointConfig: config } = job;
  const restart = readFixedDelay(job.restartStrategy);
  const { threshold } = job.parameters;
  return [
    { name: text.job, value: job.name },
    { name: text.id, value: job.id },
    ...source,
    ...(typeof threshold === 'number' ? [{ name: text.threshold, value: formatCount(threshold) }] : []),
    { name: text.parallelism, value: formatCount(job.parallelism) },
    { name: text.mode, value: config.mode },
    { name: text.interval, value: config.enabled ? formatDuration(config.interval) : text.onDemand },
    { name: text.timeout, value: formatDuration(config.timeout) },
    { name: text.minPause, value: formatDuration(config.minPause) },
    { name: text.unaligned, value: config.unaligned ? text.yes : text.no },
    { name: text.retained, value: formatCount(config.retained) },
    { name: text.tolerable, value: config.tolerableFailed < 0 ? text.unlimited : formatCount(config.tolerableFailed) },
    { name: text.backend, value: config.stateBackend },
    { name: text.storage, value: config.directory },
    {
      name: text.restart,
      value: restart
        ? text.fixedDelay(restart.delay, restart.attempts === undefined ? text.unlimited : formatCount(restart.attempts))
        : job.restartStrategy,
    },
  ];
}
