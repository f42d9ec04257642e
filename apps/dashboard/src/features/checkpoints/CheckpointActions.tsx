import { Button } from '../../components/Button.js';
import { useCommand } from '../../components/use-command.js';
import { selectConnected, selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { useMessages } from '../../messages/use-messages.js';
import { checkpointMessages } from './messages.js';

export function CheckpointActions() {
  const text = useMessages(checkpointMessages);
  const connected = useDashboard(selectConnected);
  const running = useDashboard((dashboard) => selectJob(dashboard)?.state === 'RUNNING');
  const command = useCommand();
  const disabled = !connected || !running || command.busy;
  return (
    <span className="relative flex gap-1">
      <Button
        className="px-2!"
        data-testid="trigger-checkpoint"
        disabled={disabled}
        onClick={() => command.run({ type: 'trigger-checkpoint' })}
      >
        {text.trigger}
      </Button>
      <Button
        className="px-2!"
        data-testid="trigger-savepoint"
        disabled={disabled}
        onClick={() => command.run({ type: 'trigger-savepoint' })}
      >
        {text.savepoint}
      </Button>
      {command.error !== undefined && (
        <span
          role="alert"
          className="absolute top-full right-0 z-10 mt-1 w-64 rounded-small border border-line bg-fail-ground px-2 py-1 text-fail text-small"
        >
          {command.error}
        </span>
      )}
    </span>
  );
}
