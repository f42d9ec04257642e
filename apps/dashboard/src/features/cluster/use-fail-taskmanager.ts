import type { TaskManagerInfo } from '@weir/protocol';
import { useCommand } from '../../components/use-command.js';
import { selectConnected } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';

interface FailTaskManager {
  readonly fail: (mode: 'crash' | 'hang') => void;
  /** There is nobody to tell, or nothing left to fail. */
  readonly disabled: boolean;
  readonly error: string | undefined;
}

export function useFailTaskManager({ id, registered, status }: TaskManagerInfo): FailTaskManager {
  const connected = useDashboard(selectConnected);
  const command = useCommand();
  return {
    fail: (mode) => void command.run({ type: 'fail-taskmanager', taskManagerId: id, mode }),
    disabled: !connected || !registered || status === 'failed',
    error: command.error,
  };
}
