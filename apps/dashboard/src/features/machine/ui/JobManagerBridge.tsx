import { SplitButton } from '../../../components/SplitButton.js';
import { useCommand } from '../../../components/use-command.js';
import { selectEngine } from '../../../connection/selectors.js';
import { useDashboard } from '../../../connection/store.js';
import { useMessages } from '../../../messages/use-messages.js';
import { machineMessages } from '../messages.js';
import { DUTIES, dutyStates } from '../model/duties.js';
import { DutyPart } from './DutyPart.js';
import { useDrawn } from './machinery.js';
import { Slowed } from './Slowed.js';
import { useFallen } from './use-fallen.js';

/** The JobManager: a bridge over the river, with its six duties as parts that light when they act. */
export function JobManagerBridge() {
  const t = useMessages(machineMessages);
  const engine = useDashboard(selectEngine);
  const connected = useDashboard((dashboard) => dashboard.connection === 'connected');
  const recovery = useDrawn((drawn) => drawn.recovery);
  const barrier = useDrawn((drawn) => drawn.barrier);
  const command = useCommand();
  const leading = engine?.jobManager.leading ?? false;
  const fallen = useFallen(leading, engine?.jobManager.attempt);
  const states = dutyStates(engine, recovery, barrier);
  const fail = () => void command.run({ type: 'fail-jobmanager' });
  return (
    <section className="bridge" data-bridge="" data-down={fallen} aria-label={t.jobManager}>
      <div className="bridge-self">
        <div className="bridge-row">
          <h3 className="machine-name">{t.jobManager}</h3>
          <SplitButton
            label={t.fail}
            name={t.failJobManager}
            menuName={t.failMenu(t.jobManager)}
            testId="fail-jobmanager"
            disabled={!connected || !leading}
            onPress={fail}
            actions={[{ label: t.crash, note: t.failJobManagerNote, onChoose: fail }]}
          />
        </div>
        <p className="machine-note">
          {fallen ? t.noLeader : recovery !== undefined && recovery.phase !== 'failed' ? t.recoveringJob : t.master}
          {!fallen && engine !== undefined && engine.jobManager.attempt > 1 && ` · ${t.attempt(engine.jobManager.attempt)}`}
        </p>
        <Slowed />
        {command.error !== undefined && (
          <p className="machine-error" role="alert">
            {command.error}
          </p>
        )}
      </div>
      <ul className="duties">
        {DUTIES.map((duty) => (
          <DutyPart key={duty} duty={duty} state={fallen ? 'idle' : states[duty]} />
        ))}
      </ul>
    </section>
  );
}
