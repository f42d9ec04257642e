import type { CheckpointContents, CheckpointInfo } from '@weir/protocol';
import { formatBytes } from '../../format/bytes.js';
import { formatCount } from '../../format/number.js';
import { KeyMark } from '../../keys/KeyMark.js';
import { useKeyStyle } from '../../keys/use-key-style.js';
import { useMessages } from '../../messages/use-messages.js';
import { useContents } from './contents.js';
import { detailMessages } from './detail-messages.js';

/** What a checkpoint holds: the keyed state of each operator, key by key. */
export function CheckpointHoldings({ checkpoint }: { readonly checkpoint: CheckpointInfo }) {
  const text = useMessages(detailMessages);
  const contents = useContents(checkpoint);
  return (
    <section className="mb-3">
      <h3 className="mb-1 font-semibold">{text.holds}</h3>
      {contents.state === 'loaded' ? (
        contents.value.operators.map((operator) => <Operator key={operator.uid} operator={operator} />)
      ) : (
        <p className="text-ink-3">{contents.state === 'failed' ? contents.reason : contents.state === 'idle' ? text.gone : text.reading}</p>
      )}
      {contents.state === 'loaded' && contents.value.operators.length === 0 && <p className="text-ink-3">{text.holdsNothing}</p>}
    </section>
  );
}

function Operator({ operator }: { readonly operator: CheckpointContents['operators'][number] }) {
  const text = useMessages(detailMessages);
  const entries = Object.entries(operator.state);
  const more = (operator.keys ?? 0) - entries.length;
  return (
    <div className="rounded-small border border-line bg-sunken px-3 py-2">
      <p className="text-ink-2">
        <b className="font-semibold text-ink">{operator.name}</b> ·{' '}
        {operator.keys === undefined ? text.tooLarge : text.keys(formatCount(operator.keys))} · {formatBytes(operator.size)}
      </p>
      <ul className="mt-1 grid max-h-44 grid-cols-[repeat(auto-fill,minmax(190px,1fr))] gap-x-4 gap-y-0.5 overflow-y-auto">
        {entries.map(([key, states]) => (
          <Entry key={key} name={key} states={states} />
        ))}
      </ul>
      {more > 0 && <p className="text-ink-3">{text.more(formatCount(more))}</p>}
    </div>
  );
}

function Entry({ name, states }: { readonly name: string; readonly states: Readonly<Record<string, unknown>> }) {
  const style = useKeyStyle(name);
  const said = Object.entries(states)
    .map(([state, value]) => `${state} ${typeof value === 'object' ? JSON.stringify(value) : value}`)
    .join(', ');
  return (
    <li className="flex min-w-0 items-center gap-1.5" title={`${name}: ${JSON.stringify(states)}`}>
      <KeyMark style={style} size={8} />
      <span className="min-w-0 truncate">{name}</span>
      <b className="ml-auto min-w-0 truncate font-semibold">{said}</b>
    </li>
  );
}
