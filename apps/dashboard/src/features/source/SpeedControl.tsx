import { Select } from '../../components/Select.js';
import { useCommand } from '../../components/use-command.js';
import { selectConnected } from '../../connection/selectors.js';
import { type Dashboard, useDashboard } from '../../connection/store.js';
import { useMessages } from '../../messages/use-messages.js';
import { sourceMessages } from './messages.js';

const selectSpeed = ({ state }: Dashboard) => (state?.source.kind === 'simulated' ? state.source.speed : undefined);

const SPEEDS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1000];

/** How fast the simulated source makes its events, against what it was started with. Others have no speed. */
export function SpeedControl() {
  const text = useMessages(sourceMessages);
  const speed = useDashboard(selectSpeed);
  const connected = useDashboard(selectConnected);
  const command = useCommand();
  if (speed === undefined) return null;
  const choices = SPEEDS.includes(speed) ? SPEEDS : [...SPEEDS, speed].sort((a, b) => a - b);
  return (
    <span className="relative">
      <Select
        label={text.speed}
        value={String(speed)}
        options={choices.map((choice) => [String(choice), `×${choice}`] as const)}
        disabled={!connected || command.busy}
        onChange={(choice) => command.run({ type: 'set-speed', speed: Number(choice) })}
        className="w-[74px]"
      />
      {command.error !== undefined && (
        <span
          role="alert"
          className="absolute top-full left-0 z-10 mt-1 w-56 rounded-small border border-line bg-fail-ground px-2 py-1 text-fail text-small"
        >
          {text.refused(command.error)}
        </span>
      )}
    </span>
  );
}
