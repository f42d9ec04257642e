import { useMemo } from 'react';
import { useDashboard } from '../connection/store.js';
import { useMessages } from '../messages/use-messages.js';
import { useView } from '../view/view-store.js';
import { shellMessages, standingText } from './messages.js';
import { standing } from './standing.js';

const tones = { calm: 'text-ink', warn: 'text-alert font-medium', bad: 'text-fail font-medium', quiet: 'text-ink-2' };

/** One sentence: how the job is, and why. */
export function StandingSentence() {
  const state = useDashboard((dashboard) => dashboard.state);
  const language = useView((view) => view.language);
  const { stands } = useMessages(shellMessages);
  const now = useMemo(() => standing(state, language), [state, language]);
  const text = standingText(stands, now);
  return (
    <p title={text} className={`line-clamp-2 min-w-0 text-body leading-[1.35] ${tones[now.tone]}`}>
      {text}
    </p>
  );
}
