import { lazy, StrictMode, Suspense } from 'react';
import { createRoot } from 'react-dom/client';
import '../../../styles/main.css';
import { chooseLanguage, chooseTheme } from '../../../view/actions.js';
import { useView } from '../../../view/view-store.js';
import { Machine } from '../Machine.js';
import { type Feed, feed } from './feed.js';

/** `?state=normal|recovering|backpressure|stale|nojob&rate=0.2&tms=3&per=1&keys=3&theme=&lang=&still=1&view=pipeline`: development only. */
const wanted = new URLSearchParams(location.search);
const number = (name: string, fallback: number) => Number(wanted.get(name) ?? fallback);
const theme = wanted.get('theme');
const language = wanted.get('lang');
if (theme === 'light' || theme === 'dark') chooseTheme(theme);
if (language === 'ko' || language === 'en') chooseLanguage(language);
if (wanted.get('still') !== null) useView.setState({ reducedMotion: true });
feed({
  rate: number('rate', 0.2),
  kind: (wanted.get('state') ?? 'normal') as Feed['kind'],
  taskManagers: number('tms', 3),
  perTaskManager: number('per', 1),
  keys: number('keys', 3),
});
const PipelineView = lazy(() => import('../../pipeline/PipelineView.js'));
createRoot(document.getElementById('root') as HTMLElement).render(
  <StrictMode>
    <div style={{ maxWidth: wanted.get('width') === null ? undefined : `${wanted.get('width')}px` }}>
      {wanted.get('view') === 'pipeline' ? (
        <Suspense fallback={null}>
          <PipelineView />
        </Suspense>
      ) : (
        <Machine />
      )}
    </div>
  </StrictMode>,
);
