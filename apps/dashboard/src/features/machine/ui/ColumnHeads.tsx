import type { CSSProperties } from 'react';
import { formatCount } from '../../../format/number.js';
import { headOf, whatItDoes } from '../../../job/titles.js';
import { useKeyField } from '../../../job/use-key-field.js';
import { useMessages } from '../../../messages/use-messages.js';
import { machineMessages } from '../messages.js';
import type { Gate, MachineLayout } from '../model/layout.js';

interface Props {
  readonly layout: MachineLayout;
  readonly titles: ReadonlyMap<string, string>;
}

/** The pipeline read across: what each column does. */
export function ColumnHeads({ layout, titles }: Props) {
  const t = useMessages(machineMessages);
  const slots = layout.rows[0]?.taskManager.slots ?? 0;
  return (
    <div className="heads">
      <Head line={1} title="TaskManager" count={layout.rows.length} note={t.workers(slots)} />
      {layout.columns.length === 0 && (
        <p className="no-job">
          {t.noJobHint} <code>npm start</code>
        </p>
      )}
      {layout.columns.map((column) => {
        const vertex = column.vertices[0]!;
        const does = whatItDoes(vertex);
        const title = column.vertices.map((each) => titles.get(each.id) ?? each.name).join(' · ');
        return (
          <Head
            key={column.level}
            line={2 + column.level * 2}
            title={title}
            count={vertex.parallelism}
            note={does === undefined ? headOf(vertex.name) : t[does]}
          />
        );
      })}
      {layout.gates.map((gate) => (
        <GateHead key={gate.id} gate={gate} />
      ))}
    </div>
  );
}

function Head({
  line,
  title,
  count,
  note,
}: {
  readonly line: number;
  readonly title: string;
  readonly count: number;
  readonly note: string;
}) {
  return (
    <div className="head" style={{ '--track': line } as CSSProperties}>
      <b>
        {title}
        <em>×{count}</em>
      </b>
      <span title={note}>{note}</span>
    </div>
  );
}

function GateHead({ gate }: { readonly gate: Gate }) {
  const t = useMessages(machineMessages);
  return (
    <div className="head gate-head" style={{ '--track': 3 + gate.column * 2 } as CSSProperties}>
      <b>{t.keyBy(useKeyField(gate.vertex))}</b>
      <span>{t.keyGroups(formatCount(gate.maxParallelism))}</span>
    </div>
  );
}
