import type { CSSProperties } from 'react';
import { selectCheckpoints, selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { formatBytes } from '../../format/bytes.js';
import { formatClock } from '../../format/clock.js';
import { formatDuration } from '../../format/duration.js';
import { UNKNOWN } from '../../format/number.js';
import { useTitle } from '../../job/use-titles.js';
import { useMessages } from '../../messages/use-messages.js';
import { places } from '../../shell/routes.js';
import { type BarPart, type CheckpointBar, checkpointBars, slowest } from './checkpoint-bars.js';
import { detailMessages } from './detail-messages.js';
import { useCheckpointTasks } from './use-tasks.js';

const MOST = 18;

const looks: Readonly<Record<BarPart, CSSProperties>> = {
  travel: { background: 'repeating-linear-gradient(90deg, var(--ink-3) 0 2px, transparent 2px 4px)', height: 2 },
  alignment: { background: 'repeating-linear-gradient(115deg, var(--alert) 0 2px, transparent 2px 4px)' },
  sync: { background: 'var(--ink)' },
  async: { background: 'var(--ink-3)' },
};
const order: readonly BarPart[] = ['travel', 'alignment', 'sync', 'async'];

/** The newest completed checkpoint, task by task, on one scale of time: where its barrier was held up, and what took long. */
export function CheckpointBars() {
  const text = useMessages(detailMessages);
  const jobId = useDashboard((dashboard) => selectJob(dashboard)?.id);
  const checkpoint = useDashboard((dashboard) => selectCheckpoints(dashboard)?.history.find(({ status }) => status === 'COMPLETED'));
  const tasks = useCheckpointTasks(jobId, checkpoint);
  const all = checkpoint === undefined || tasks.state !== 'loaded' ? [] : checkpointBars(checkpoint, tasks.value);
  const bars = slowest(all, MOST);
  return (
    <section aria-labelledby="checkpoint-bars" className="min-w-0">
      <div className="mb-2 flex min-h-[26px] flex-wrap items-center gap-x-3 gap-y-1">
        <h2 id="checkpoint-bars" className="font-bold text-title">
          {checkpoint === undefined ? text.barsTitle : text.title(checkpoint.id)}
        </h2>
        {checkpoint !== undefined && (
          <span className="text-ink-2 text-small">
            {formatClock(checkpoint.triggerTimestamp)} · {formatDuration(checkpoint.endToEndDuration)} ·{' '}
            {formatBytes(checkpoint.checkpointedSize)}
          </span>
        )}
        {checkpoint !== undefined && (
          <a href={places.checkpoint(checkpoint.id)} className="ml-auto text-ink-2 text-small underline underline-offset-3 hover:text-ink">
            {text.open}
          </a>
        )}
      </div>
      {checkpoint === undefined ? (
        <p className="text-ink-3 text-small">{text.noneYet}</p>
      ) : (
        <>
          <ol className="grid gap-0 text-small">
            {bars.map((bar) => (
              <BarRow key={bar.key} bar={bar} />
            ))}
          </ol>
          <p className="mt-2 flex flex-wrap gap-x-4 gap-y-1 text-ink-2 text-small">
            {order.map((part) => (
              <span key={part} className="inline-flex items-center gap-1.5">
                <i aria-hidden="true" className="inline-block h-[9px] w-4 rounded-[1px]" style={looks[part]} />
                {text.parts[part]}
              </span>
            ))}
            {all.length > bars.length && <span className="text-ink-3">{text.slowestOf(bars.length, all.length)}</span>}
          </p>
        </>
      )}
    </section>
  );
}

function BarRow({ bar }: { readonly bar: CheckpointBar }) {
  const text = useMessages(detailMessages);
  const title = useTitle();
  const { subtask, parts, acked } = bar;
  const said = parts.map(({ part, ms }) => `${text.parts[part]} ${formatDuration(ms)}`).join(', ');
  return (
    <li
      title={said}
      className="grid h-[22px] grid-cols-[88px_minmax(0,1fr)_54px_64px] items-center gap-x-2 border-line-2 border-t whitespace-nowrap"
    >
      <span className="truncate text-ink-2">
        {title(bar.vertexId)} {bar.index + 1}
      </span>
      <span aria-hidden="true" className="relative flex h-[9px] items-center">
        {parts.map(({ part, share }) => (
          <i key={part} className="h-full flex-none rounded-[1px]" style={{ width: `${share * 100}%`, ...looks[part] }} />
        ))}
        {acked !== undefined && (
          <i className="absolute -top-[3px] h-[15px] w-[3px] bg-barrier" style={{ left: `calc(${acked * 100}% - 3px)` }} />
        )}
      </span>
      <span className="visually-hidden">{said}</span>
      <span className="text-right font-semibold">{subtask === undefined ? UNKNOWN : formatDuration(subtask.endToEndDuration)}</span>
      <span className="text-right text-ink-2">{formatBytes(subtask?.checkpointedSize)}</span>
    </li>
  );
}
