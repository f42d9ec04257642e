import type { JobInfo } from '@weir/protocol';
import { Panel } from '../../components/Panel.js';
import { selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { exactBytes } from '../../format/bytes.js';
import { formatDuration } from '../../format/duration.js';
import { formatCount, UNKNOWN } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { settingsMessages } from './messages.js';
import { readFixedDelay } from './restart-strategy.js';

type Text = (typeof settingsMessages)['en'];

/** What the job runs with, as the engine says it. */
export function SettingsTable() {
  const text = useMessages(settingsMessages);
  const job = useDashboard(selectJob);
  const source = useDashboard((dashboard) => dashboard.state?.source);
  return (
    <Panel id="settings" title={text.title}>
      {job === undefined ? (
        <p className="px-4 pb-3 text-ink-3 text-small">{text.none}</p>
      ) : (
        <dl className="px-4 pb-3 text-small wide:max-desk:columns-2 wide:max-desk:gap-8">
          <Missing bytes={source?.bytesMissing} />
          {rowsOf(job, source === undefined ? UNKNOWN : `${text.sources[source.kind]} · ${source.description}`, text).map(
            ([name, value]) => (
              <div key={name} className="flex min-w-0 break-inside-avoid gap-3 border-line-2 border-t py-[5px]">
                <dt className="w-32 flex-none text-ink-3">{name}</dt>
                <dd className="min-w-0 flex-1 break-words">{value}</dd>
              </div>
            ),
          )}
        </dl>
      )}
    </Panel>
  );
}

/** Of a source that reads what others write: it stands above all else once there is any. */
function Missing({ bytes }: { readonly bytes: number | undefined }) {
  const text = useMessages(settingsMessages);
  if (bytes === undefined) return null;
  return (
    <div title={text.missingNote} className={`flex min-w-0 gap-3 border-line-2 border-t py-[5px] ${bytes > 0 ? 'text-alert' : ''}`}>
      <dt className={`w-32 flex-none ${bytes > 0 ? '' : 'text-ink-3'}`}>{text.missing}</dt>
      <dd>{exactBytes(bytes)}</dd>
    </div>
  );
}

function rowsOf(job: JobInfo, source: string, text: Text): readonly (readonly [name: string, value: string])[] {
  const { checkpointConfig: config } = job;
  const restart = readFixedDelay(job.restartStrategy);
  const { threshold } = job.parameters;
  return [
    [text.job, job.name],
    [text.id, job.id],
    [text.source, source],
    ...(typeof threshold === 'number' ? [[text.threshold, formatCount(threshold)] as const] : []),
    [text.parallelism, formatCount(job.parallelism)],
    [text.mode, config.mode],
    [text.interval, config.enabled ? formatDuration(config.interval) : text.onDemand],
    [text.timeout, formatDuration(config.timeout)],
    [text.minPause, formatDuration(config.minPause)],
    [text.unaligned, config.unaligned ? text.yes : text.no],
    [text.retained, formatCount(config.retained)],
    [text.tolerable, config.tolerableFailed < 0 ? text.unlimited : formatCount(config.tolerableFailed)],
    [text.backend, config.stateBackend],
    [text.storage, config.directory],
    [
      text.restart,
      restart
        ? text.fixedDelay(restart.delay, restart.attempts === undefined ? text.unlimited : formatCount(restart.attempts))
        : job.restartStrategy,
    ],
  ];
}
