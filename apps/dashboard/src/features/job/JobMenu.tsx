import { ChevronDown } from 'lucide-react';
import { useState } from 'react';
import { Menu } from '../../components/Menu.js';
import { selectConnected, selectJob } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { useMessages } from '../../messages/use-messages.js';
import { JobDialog } from './JobDialog.js';
import { type JobAction, possibleActions } from './job-actions.js';
import { jobMessages } from './messages.js';

/** Beside the job's state: what can be done to it. Each asks first. */
export function JobMenu() {
  const text = useMessages(jobMessages);
  const state = useDashboard((dashboard) => selectJob(dashboard)?.state);
  const connected = useDashboard(selectConnected);
  const [asking, setAsking] = useState<JobAction>();
  const actions = possibleActions(state);
  return (
    <>
      <Menu
        name={text.menu}
        icon={<ChevronDown size={15} aria-hidden="true" />}
        disabled={!connected || actions.length === 0}
        className="inline-flex size-7 items-center justify-center rounded-small text-ink-3 enabled:hover:bg-sunken enabled:hover:text-ink disabled:opacity-40 pointer-coarse:size-11"
        items={actions.map((action) => ({
          label: text[action],
          danger: action === 'cancel' || action === 'stop',
          onChoose: () => setAsking(action),
        }))}
      />
      {asking && <JobDialog action={asking} onClose={() => setAsking(undefined)} />}
    </>
  );
}
