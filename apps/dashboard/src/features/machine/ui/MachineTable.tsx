import { formatCount, formatRate, formatShare } from '../../../format/number.js';
import { useMessages } from '../../../messages/use-messages.js';
import { machineMessages } from '../messages.js';
import type { MachineLayout } from '../model/layout.js';
import { useDrawn } from './machinery.js';

interface Props {
  readonly layout: MachineLayout;
  readonly titles: ReadonlyMap<string, string>;
  /** Shown in the drawing's place; else it is there for screen readers alone. */
  readonly shown: boolean;
}

const HEADS = [
  ['taskManager', undefined],
  ['state', undefined],
  ['slot', 'number'],
  ['task', undefined],
  ['taskState', undefined],
  ['in', 'number'],
  ['out', 'number'],
  ['busy', 'number'],
  ['waiting', 'number'],
  ['count', 'number'],
] as const;

/** The same as the drawing, as a table. */
export function MachineTable({ layout, titles, shown }: Props) {
  const t = useMessages(machineMessages);
  const rates = useDrawn((drawn) => drawn.rates);
  const tanks = useDrawn((drawn) => drawn.tanks);
  return (
    <section className={shown ? 'machine-table' : 'visually-hidden'} tabIndex={shown ? 0 : undefined} aria-label={t.table.caption}>
      <table>
        <caption>{t.table.caption}</caption>
        <thead>
          <tr>
            {HEADS.map(([name, kind]) => (
              <th key={name} scope="col" className={kind}>
                {t.table[name]}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {layout.rows.flatMap((row) =>
            row.cells.flatMap((cell) =>
              cell.subtasks.map(({ key, vertex, subtask, slot }) => {
                const tank = tanks.get(key);
                return (
                  <tr key={key}>
                    <td>{t.taskManager(row.taskManager.id)}</td>
                    <td>{t.status(row.taskManager.status)}</td>
                    <td className="number">{slot ?? '—'}</td>
                    <th scope="row">{`${titles.get(vertex.id) ?? vertex.name} ${subtask.index + 1}`}</th>
                    <td>{subtask.state}</td>
                    <td className="number">{formatRate(rates.get(key)?.in)}</td>
                    <td className="number">{formatRate(rates.get(key)?.out)}</td>
                    <td className="number">{formatShare(subtask.metrics.busyTimeMsPerSecond / 1_000)}</td>
                    <td className="number">{formatShare(subtask.metrics.backPressuredTimeMsPerSecond / 1_000)}</td>
                    <td className="number">
                      {tank === undefined ? '' : tank.known ? `${tank.key ?? ''} ${formatCount(tank.count)}` : '—'}
                    </td>
                  </tr>
                );
              }),
            ),
          )}
        </tbody>
      </table>
    </section>
  );
}
