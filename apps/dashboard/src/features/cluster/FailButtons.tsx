import type { TaskManagerInfo } from '@weir/protocol';
import { Button } from '../../components/Button.js';
import { useMessages } from '../../messages/use-messages.js';
import { machineMessages } from '../machine/messages.js';
import { useFailTaskManager } from './use-fail-taskmanager.js';

/** Crash and hang of one TaskManager, for a row of a table. */
export function FailButtons({ taskManager }: { readonly taskManager: TaskManagerInfo }) {
  const text = useMessages(machineMessages);
  const { disabled, error, fail } = useFailTaskManager(taskManager);
  const { id } = taskManager;
  return (
    <span className="inline-flex gap-1.5" title={error}>
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
