import { selectJob } from '../connection/selectors.js';
import { useDashboard } from '../connection/store.js';
import { AlarmSwitch } from '../features/alarms/AlarmSwitch.js';
import { JobMenu } from '../features/job/JobMenu.js';
import { useMessages } from '../messages/use-messages.js';
import { ConnectionState } from './ConnectionState.js';
import { JobState } from './JobState.js';
import { Logo } from './Logo.js';
import { shellMessages } from './messages.js';
import { places } from './routes.js';
import { StandingSentence } from './Standing.js';
import { LanguageSwitch, PauseSwitch, ThemeSwitch } from './Switches.js';

/** Who this is, how the job stands and why, and the switches. */
export function Header({ view }: { readonly view: string }) {
  const restarting = useDashboard((dashboard) => selectJob(dashboard)?.state === 'RESTARTING');
  return (
    <header className="relative z-30 flex flex-wrap items-center gap-x-4 border-line border-b bg-panel px-4 desk:flex-nowrap desk:px-5">
      <h1 className="flex h-13 items-center gap-2 font-bold text-[17px] tracking-[-0.01em]">
        <Logo />
        Weir
      </h1>
      <div className="flex items-center gap-1.5">
        <JobState />
        <JobMenu />
      </div>
      <div className="order-last flex min-h-[42px] w-full items-start pb-1.5 desk:order-none desk:min-h-0 desk:w-auto desk:flex-1 desk:items-center desk:border-line-2 desk:border-l desk:pb-0 desk:pl-4">
        <StandingSentence />
      </div>
      <div className="ml-auto flex h-13 items-center">
        <ConnectionState />
      </div>
      <div className="flex w-full items-center gap-1.5 pb-2 phone:w-auto phone:pb-0">
        <Views view={view} />
        <span className="ml-auto phone:hidden" />
        <span className="contents max-phone:hidden">
          <PauseSwitch />
        </span>
        <AlarmSwitch />
        <LanguageSwitch />
        <ThemeSwitch />
      </div>
      {restarting && <Hazard />}
    </header>
  );
}

function Views({ view }: { readonly view: string }) {
  const text = useMessages(shellMessages);
  const link =
    'inline-flex h-8 items-center px-2.5 text-body text-ink-2 hover:text-ink aria-[current]:bg-ink aria-[current]:text-panel aria-[current]:font-semibold pointer-coarse:h-11';
  return (
    <nav aria-label={text.views} className="flex overflow-hidden whitespace-nowrap rounded-small border border-line">
      <a href={places.overview} aria-current={view === 'pipeline' ? undefined : 'page'} className={link}>
        {text.overview}
      </a>
      <a href={places.pipeline} aria-current={view === 'pipeline' ? 'page' : undefined} className={link}>
        {text.pipeline}
      </a>
    </nav>
  );
}

/** An amber stripe under the header while the job restarts. */
function Hazard() {
  return (
    <span
      aria-hidden="true"
      className="absolute inset-x-0 -bottom-0.5 h-[3px]"
      style={{ background: 'repeating-linear-gradient(115deg, var(--alert) 0 12px, transparent 12px 20px)' }}
    />
  );
}
