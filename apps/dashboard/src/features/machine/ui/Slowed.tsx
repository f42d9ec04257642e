import { formatCount } from '../../../format/number.js';
import { useMessages } from '../../../messages/use-messages.js';
import { machineMessages } from '../messages.js';
import { useDrawn } from './machinery.js';

/** Less is not worth a word. */
const SLOWED = 1.5;

/** Says so while something is drawn slower than it was. */
export function Slowed() {
  const t = useMessages(machineMessages);
  const barrier = useDrawn((drawn) => drawn.barrier);
  const recovery = useDrawn((drawn) => drawn.recovery);
  if (recovery !== undefined && recovery.slowdown > SLOWED) {
    return (
      <b className="slowed" title={t.slowedNote}>
        {t.slowedRecovery(t.phase(recovery.phase), times(recovery.slowdown))}
      </b>
    );
  }
  if (recovery === undefined && barrier !== undefined && barrier.slowdown > SLOWED) {
    return (
      <b className="slowed" title={t.slowedNote}>
        {t.slowedCheckpoint(barrier.checkpointId, times(barrier.slowdown))}
      </b>
    );
  }
  return null;
}

function times(slowdown: number): string {
  return slowdown < 10 ? slowdown.toFixed(1) : formatCount(Math.round(slowdown));
}
