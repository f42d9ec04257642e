import { useMessages } from '../../../messages/use-messages.js';
import { machineMessages } from '../messages.js';
import type { TankLevel } from '../motion/drawn.js';

interface Props {
  readonly level: TankLevel | undefined;
  readonly threshold: number | undefined;
  readonly hue: number;
  /** The state is gone with its thread, and not yet back. */
  readonly gone: boolean;
}

/** Share of the tank's height at which the crest stands. */
const CREST = 0.75;
const MOST_TICKS = 6;

/** Keyed state as a tank: each abnormal event raises it by one, and at the threshold it runs over the crest. */
export function Tank({ level, threshold, hue, gone }: Props) {
  const t = useMessages(machineMessages);
  const known = level?.known === true && level.keys > 0 && !gone;
  const count = known ? level.count : 0;
  const crest = threshold ?? 3;
  const share = Math.min(1, (count / crest) * CREST);
  const over = threshold !== undefined && known && count >= threshold;
  const ticks = crest <= MOST_TICKS ? Array.from({ length: crest - 1 }, (_, index) => index + 1) : [];
  return (
    <div className="tank" data-tank="" data-over={over} data-hue={hue}>
      <div className="tank-water" style={{ height: `${share * 100}%` }} />
      {ticks.map((tick) => (
        <i key={tick} className="tank-tick" style={{ bottom: `${(tick / crest) * CREST * 100}%` }} />
      ))}
      {threshold !== undefined && (
        <div className="tank-crest">
          <span>{threshold}</span>
        </div>
      )}
      <b className="tank-count" title={level?.keys === 0 ? t.noKeys : undefined}>
        {known ? count : '—'}
      </b>
    </div>
  );
}
