import { formatRate } from '../../../format/number.js';
import type { Geometry } from '../model/geometry.js';
import type { MachineLayout } from '../model/layout.js';
import { hasEnded, isStopped } from '../motion/drawn.js';
import { useDrawn } from './machinery.js';

interface Props {
  readonly layout: MachineLayout;
  readonly geometry: Geometry;
}

/** Records a second out of each subtask, over the bank of the stream that leaves it. */
export function EdgeLabels({ layout, geometry }: Props) {
  const rates = useDrawn((drawn) => drawn.rates);
  const phase = useDrawn((drawn) => drawn.recovery?.phase);
  const down = useDrawn((drawn) => (isStopped(drawn.recovery?.phase) ? drawn.recovery?.taskManagerId : undefined));
  const last = layout.columns.length - 1;
  return (
    <div className="edge-labels" aria-hidden="true">
      {layout.rows.flatMap((row) =>
        row.cells.flatMap((cell) =>
          cell.column === last
            ? []
            : cell.subtasks.map(({ key, subtask }) => {
                const slot = geometry.slots.get(key);
                if (slot === undefined) return null;
                const wide = layout.columns[cell.column]?.exchangeAfter;
                const style = geometry.turned
                  ? { left: slot.box.right - 26, top: slot.box.bottom + 12 }
                  : { left: slot.box.right + (wide ? 30 : 29), top: (slot.channel.top + slot.channel.bottom) / 2 - 27 };
                return (
                  <span key={key} className="edge-label" data-down={row.taskManager.id === down} style={style}>
                    {isStopped(phase) || hasEnded(phase, subtask.state) ? '0/s' : formatRate(rates.get(key)?.out)}
                  </span>
                );
              }),
        ),
      )}
    </div>
  );
}
