import type { TaskManagerInfo } from '@weir/protocol';
import { Button } from '../../components/Button.js';
import { useCommand } from '../../components/use-command.js';
import { selectConnected } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { useMessages } from '../../messages/use-messages.js';
import { machineMessages } from '../machine/messages.js';

/** Crash and hang of one TaskManager, for a row of a table. */
export function FailButtons({ taskManager: { id, registered, status } }: { readonly taskManager: TaskManagerInfo }) {
  const text = useMessages(machineMessages);
  const connected = useDashboard(selectConnected);
  const command = useCommand();
  const disabled = !connected || !registered || status === 'failed';
  const fail = (mode: 'crash' | 'hang') => void command.run({ type: 'fail-taskmanager', taskManagerId: id, mode });
  return (
    <span className="inline-flex gap-1.5" title={command.error}>
      <Button
        tone="danger"
        data-testid={`fail-taskmanager-${id}`}
        aria-label={text.failName(id)}
        title={text.crashNote}
        disabled={disabled}
        onClick={() => fail('crash')}
      >
        {text.crash}
      </Button>
      <Button
        tone="danger"
        data-testid={`hang-taskmanager-${id}`}
        aria-label={text.hangName(id)}
        title={text.hangNote}
        disabled={disabled}
        onClick={() => fail('hang')}
      >
        {text.hang}
      </Button>
    </span>
  );
}
