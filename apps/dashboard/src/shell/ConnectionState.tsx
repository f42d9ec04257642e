import { useDashboard } from '../connection/store.js';
import { useMessages } from '../messages/use-messages.js';
import { shellMessages } from './messages.js';

const dots = {
  connected: 'bg-ok border-ok',
  connecting: 'border-ink-3',
  disconnected: 'border-fail',
};

export function ConnectionState() {
  const connection = useDashboard((dashboard) => dashboard.connection);
  const text = useMessages(shellMessages);
  const word = { connected: text.live, connecting: text.connecting, disconnected: text.disconnected }[connection];
  return (
    <span
      data-testid="connection-state"
      data-value={connection}
      className={`inline-flex items-center gap-1.5 whitespace-nowrap text-small ${connection === 'disconnected' ? 'font-semibold text-fail' : 'text-ink-3'}`}
    >
      <i aria-hidden="true" className={`size-[7px] rounded-full border-[1.5px] ${dots[connection]}`} />
      <span className="max-phone:visually-hidden">{word}</span>
    </span>
  );
}
