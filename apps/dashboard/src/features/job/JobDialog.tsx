import { useId, useState } from 'react';
import { ConfirmDialog } from '../../components/ConfirmDialog.js';
import { useCommand } from '../../components/use-command.js';
import { selectCheckpoints, selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { useMessages } from '../../messages/use-messages.js';
import { type JobAction, jobCommand } from './job-actions.js';
import { jobMessages } from './messages.js';

interface Props {
  readonly action: JobAction;
  readonly onClose: () => void;
}

export function JobDialog({ action, onClose }: Props) {
  const text = useMessages(jobMessages);
  const job = useDashboard((dashboard) => selectJob(dashboard)?.name) ?? '';
  const latest = useDashboard((dashboard) => selectCheckpoints(dashboard)?.latestCompleted?.externalPath);
  const [path, setPath] = useState(latest ?? '');
  const [drain, setDrain] = useState(false);
  const pathId = useId();
  const command = useCommand();
  const ask = text.ask[action];
  const confirm = async () => {
    if (await command.run(jobCommand(action, { path, drain }))) onClose();
  };
  return (
    <ConfirmDialog
      title={ask.title}
      verb={ask.verb}
      cancel={text.keep}
      busy={command.busy || (action === 'startPath' && path.trim() === '')}
      error={command.error}
      onConfirm={confirm}
      onClose={onClose}
    >
      <p>{ask.body(job)}</p>
      {action === 'stop' && (
        <label className="mt-3 flex items-start gap-2">
          <input type="checkbox" checked={drain} onChange={(event) => setDrain(event.target.checked)} className="mt-0.5" />
          {text.drain}
        </label>
      )}
      {action === 'startPath' && (
        <label htmlFor={pathId} className="mt-3 block font-medium text-ink">
          {text.path}
          <input
            id={pathId}
            value={path}
            onChange={(event) => setPath(event.target.value)}
            className="mt-1 h-8 w-full rounded-small border border-line bg-panel px-2 font-mono text-ink text-small"
          />
        </label>
      )}
    </ConfirmDialog>
  );
}
