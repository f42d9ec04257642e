import { useMessages } from '../../messages/use-messages.js';
import { CheckpointsFigure, LastCheckpointFigure, SuccessFigure } from './CheckpointFigures.js';
import { AlertsFigure, RestartsFigure, SlotsFigure, TaskManagersFigure } from './ClusterFigures.js';
import { ExactlyOnceFigure } from './ExactlyOnceFigure.js';
import { EventsFigure, LatencyFigure, UptimeFigure } from './JobFigures.js';
import { overviewMessages } from './messages.js';
import { CpuFigure, HeapFigure, ServerFigure } from './ResourceFigures.js';

/** The key figures, label over value, each in a place that does not move. */
export function ClusterOverview() {
  const text = useMessages(overviewMessages);
  return (
    <section aria-label={text.title} data-testid="cluster-overview" className="border-line border-b bg-panel">
      <dl className="grid grid-cols-3 gap-px overflow-hidden bg-line-2 phone:grid-cols-4 wide:grid-cols-7 desk:grid-cols-[1.2fr_1.15fr_.8fr_.85fr_1fr_.8fr_1.1fr_1fr_1.25fr_1.05fr_.95fr_.95fr_.6fr_.8fr] min-[1700px]:grid-cols-[repeat(15,minmax(0,1fr))] [&>*]:bg-panel wide:[&>*]:h-[58px] wide:[&>:first-child]:pl-5 wide:max-desk:[&>:nth-child(8)]:pl-5">
        <TaskManagersFigure />
        <SlotsFigure />
        <UptimeFigure />
        <EventsFigure />
        <AlertsFigure />
        <RestartsFigure />
        <CheckpointsFigure />
        <SuccessFigure />
        <LastCheckpointFigure />
        <ExactlyOnceFigure className="col-span-3 wide:col-span-1" />
        <LatencyFigure className="col-span-3 phone:col-span-4 wide:col-span-2" />
        <CpuFigure />
        <HeapFigure />
        <ServerFigure className="wide:max-[1700px]:hidden" />
      </dl>
    </section>
  );
}
