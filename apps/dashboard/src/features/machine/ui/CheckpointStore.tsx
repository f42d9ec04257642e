import type { CheckpointInfo } from '@weir/protocol';
import { selectJob } from '../../../connection/selectors.js';
import { useDashboard } from '../../../connection/store.js';
import { exactBytes, formatBytes } from '../../../format/bytes.js';
import { exactTime, formatClock } from '../../../format/clock.js';
import { formatDuration } from '../../../format/duration.js';
import { checkpointName } from '../../../format/names.js';
import { formatCount } from '../../../format/number.js';
import { KeyMark } from '../../../keys/KeyMark.js';
import { useKeyStyle } from '../../../keys/use-key-style.js';
import { useMessages } from '../../../messages/use-messages.js';
import { useContents } from '../../checkpoints/contents.js';
import { fewCounts } from '../../checkpoints/few-counts.js';
import { machineMessages } from '../messages.js';
import { useDrawn } from './machinery.js';

const MOST_TILES = 4;

/** The basin below the weir: checkpoints that are kept, and what of them a restore reads. */
export function CheckpointStore() {
  const t = useMessages(machineMessages);
  const job = useDashboard(selectJob);
  const recovery = useDrawn((drawn) => drawn.recovery);
  const kept = (job?.checkpoints.history ?? []).filter((each) => each.status === 'COMPLETED' && !each.discarded);
  const retained = kept.slice(0, Math.max(1, Math.min(MOST_TILES, job?.checkpointConfig.retained ?? 3))).reverse();
  const directory = job?.checkpointConfig.directory.replace(/^file:\/*/, '/');
  const reading =
    recovery !== undefined && recovery.phase !== 'failed' && recovery.phase !== 'detected' ? recovery.checkpointId : undefined;
  const size = kept.slice(0, retained.length).reduce((sum, each) => sum + each.stateSize, 0);
  return (
    <section className="store" data-store="" aria-label={t.store}>
      <div className="store-meta">
        <h3 className="machine-name">{t.store}</h3>
        {directory !== undefined && (
          <p className="store-path" title={directory}>
            {directory}
          </p>
        )}
        <p className="machine-note">{t.retained(retained.length, formatBytes(size))}</p>
      </div>
      {retained.length === 0 ? (
        <p className="store-empty">{job === undefined ? t.noJob : t.noCheckpoint}</p>
      ) : (
        <ol className="tiles">
          {retained.map((checkpoint, index) => (
            <Tile key={checkpoint.id} checkpoint={checkpoint} latest={index === retained.length - 1} reading={checkpoint.id === reading} />
          ))}
        </ol>
      )}
    </section>
  );
}

function Tile({
  checkpoint,
  latest,
  reading,
}: {
  readonly checkpoint: CheckpointInfo;
  readonly latest: boolean;
  readonly reading: boolean;
}) {
  const t = useMessages(machineMessages);
  return (
    <li
      className="tile"
      data-tile={checkpoint.id}
      data-latest={latest}
      data-reading={reading}
      title={`${exactTime(checkpoint.triggerTimestamp)} · ${exactBytes(checkpoint.stateSize)}`}
    >
      <p className="tile-row">
        <b>{checkpointName(checkpoint.id)}</b>
        <span className="tile-tag">{reading ? t.readByRestore : latest ? t.latest : checkpoint.isSavepoint ? t.savepoint : ''}</span>
      </p>
      <p className="machine-note">
        {`${formatClock(checkpoint.triggerTimestamp)} · ${formatBytes(checkpoint.stateSize)} · ${formatDuration(checkpoint.endToEndDuration)}`}
      </p>
      <Holds checkpoint={checkpoint} />
    </li>
  );
}

/** The count of each key in it, where there are few keys; else a square for each acknowledgement. */
function Holds({ checkpoint }: { readonly checkpoint: CheckpointInfo }) {
  const contents = useContents(checkpoint);
  const counts = contents.state === 'loaded' ? fewCounts(contents.value) : undefined;
  if (counts === undefined) return <Acks checkpoint={checkpoint} />;
  return (
    <p className="tile-counts">
      {counts.map(([key, count]) => (
        <KeyCount key={key} name={key} count={count} />
      ))}
    </p>
  );
}

function KeyCount({ name, count }: { readonly name: string; readonly count: number }) {
  return (
    <span>
      <KeyMark style={useKeyStyle(name)} size={8} />
      {name} <b>{formatCount(count)}</b>
    </span>
  );
}

/** A square for each acknowledgement, as many as there were. */
function Acks({ checkpoint }: { readonly checkpoint: CheckpointInfo }) {
  const { numSubtasks, numAcknowledgedSubtasks } = checkpoint;
  if (numSubtasks > 32) return <p className="tile-acks">{`${numAcknowledgedSubtasks}/${numSubtasks}`}</p>;
  return (
    <p className="tile-acks">
      {Array.from({ length: numSubtasks }, (_, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: squares are told apart by their place alone.
        <i key={index} data-on={index < numAcknowledgedSubtasks} />
      ))}
      <span className="tile-acks-count">{`${numAcknowledgedSubtasks}/${numSubtasks}`}</span>
    </p>
  );
}
