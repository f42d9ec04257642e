import { formatBytes } from '../../format/bytes.js';
import { formatClock } from '../../format/clock.js';
import { formatDuration } from '../../format/duration.js';
import { useMessages } from '../../messages/use-messages.js';
import { detailMessages } from './detail-messages.js';
import { checkpointMessages } from './messages.js';
import type { CheckpointPoint } from './points.js';

interface Props {
  readonly active?: boolean;
  readonly payload?: readonly { readonly payload: CheckpointPoint }[];
}

export function CheckpointTip({ active = false, payload }: Props) {
  const text = useMessages(checkpointMessages);
  const { title, savepointTitle } = useMessages(detailMessages);
  const point = payload?.[0]?.payload;
  if (!active || !point) return null;
  return (
    <div className="rounded-small border border-line bg-panel px-2 py-1 text-small shadow-menu">
      <p className="font-semibold">{point.isSavepoint ? savepointTitle(point.id) : title(point.id)}</p>
      <p className="text-ink-2">
        {formatClock(point.at)} · {text.statuses[point.status]}
      </p>
      <p>
        {formatDuration(point.duration)} · {formatBytes(point.size ?? undefined)}
      </p>
    </div>
  );
}
