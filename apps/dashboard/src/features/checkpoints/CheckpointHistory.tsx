import type { CheckpointInfo } from '@weir/protocol';
import { Panel } from '../../components/Panel.js';
import { selectCheckpoints } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { useMessages } from '../../messages/use-messages.js';
import { CheckpointActions } from './CheckpointActions.js';
import { CheckpointRow } from './CheckpointRow.js';
import { CheckpointSpreads } from './CheckpointSpreads.js';
import { checkpointMessages } from './messages.js';

const none: readonly CheckpointInfo[] = [];

export function CheckpointHistory() {
  const text = useMessages(checkpointMessages);
  const known = useDashboard((dashboard) => selectCheckpoints(dashboard) !== undefined);
  const history = useDashboard((dashboard) => selectCheckpoints(dashboard)?.history ?? none);
  const longest = Math.max(0, ...history.map(({ status, endToEndDuration }) => (status === 'COMPLETED' ? endToEndDuration : 0)));
  return (
    <Panel id="checkpoints" title={text.title} testId="checkpoint-history" className="h-full" tools={<CheckpointActions />}>
      <CheckpointSpreads history={history} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it. */}
      <section aria-labelledby="checkpoints-title" tabIndex={0} className="min-h-0 flex-1 overflow-y-auto border-line-2 border-t">
        <table className="w-full border-collapse text-small">
          <thead className="sticky top-0 z-1 bg-panel">
            <tr className="h-7 text-ink-3 [&>th]:whitespace-nowrap [&>th]:px-1.5 [&>th]:text-right [&>th]:font-medium">
              <th className="pl-4! text-left!">{text.id}</th>
              <th>{text.triggered}</th>
              <th>{text.duration}</th>
              <th>{text.size}</th>
              <th className="pr-4!">{text.acks}</th>
            </tr>
          </thead>
          <tbody>
            {history.map((checkpoint) => (
              <CheckpointRow key={checkpoint.id} checkpoint={checkpoint} longest={longest} />
            ))}
          </tbody>
        </table>
        {history.length === 0 && <p className="px-4 py-2 text-ink-3 text-small">{known ? text.none : text.noJob}</p>}
      </section>
    </Panel>
  );
}
