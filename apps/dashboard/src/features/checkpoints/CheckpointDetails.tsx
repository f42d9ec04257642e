import type { CheckpointInfo } from '@weir/protocol';
import { X } from 'lucide-react';
import { useEffect, useRef } from 'react';
import { selectCheckpoints } from '../../connection/selectors.js';
import { useDashboard } from '../../connection/store.js';
import { useMessages } from '../../messages/use-messages.js';
import { places } from '../../shell/routes.js';
import { CheckpointFacts } from './CheckpointFacts.js';
import { CheckpointHoldings } from './CheckpointHoldings.js';
import { CheckpointTasks } from './CheckpointTasks.js';
import { detailMessages } from './detail-messages.js';

/** One checkpoint opened: its figures, what it holds, and what each task and subtask did for it. Closing it goes back to the page. */
export function CheckpointDetails({ id }: { readonly id: number }) {
  const text = useMessages(detailMessages);
  const dialog = useRef<HTMLDialogElement>(null);
  const known = useDashboard((dashboard) => dashboard.state !== undefined);
  const checkpoint = useDashboard((dashboard) => selectCheckpoints(dashboard)?.history.find((each) => each.id === id));
  useEffect(() => dialog.current?.showModal(), []);
  const close = () => {
    location.hash = places.overview;
  };
  return (
    <dialog
      ref={dialog}
      onClose={close}
      aria-labelledby="checkpoint-title"
      className="m-auto max-h-[88vh] w-[min(880px,calc(100vw-24px))] overflow-y-auto rounded-large border border-line bg-panel p-0 text-ink text-small shadow-menu backdrop:bg-[rgb(6_17_26/0.45)]"
    >
      <header className="sticky top-0 z-1 flex items-center gap-3 border-line border-b bg-panel px-5 py-2">
        <h2 id="checkpoint-title" className="font-bold text-state">
          {checkpoint?.isSavepoint ? text.savepointTitle(id) : text.title(id)}
        </h2>
        <button
          type="button"
          aria-label={text.close}
          onClick={() => dialog.current?.close()}
          className="ml-auto flex size-8 items-center justify-center rounded-small text-ink-3 hover:bg-sunken hover:text-ink pointer-coarse:size-11"
        >
          <X size={16} aria-hidden="true" />
        </button>
      </header>
      <div className="px-5 py-4">
        {checkpoint ? <Opened checkpoint={checkpoint} /> : <p className="text-ink-2">{known ? text.unknown : text.reading}</p>}
      </div>
    </dialog>
  );
}

function Opened({ checkpoint }: { readonly checkpoint: CheckpointInfo }) {
  return (
    <>
      <CheckpointFacts checkpoint={checkpoint} />
      <CheckpointHoldings checkpoint={checkpoint} />
      <CheckpointTasks checkpoint={checkpoint} />
    </>
  );
}
