import type { Language } from '../messages/define.js';
import { type Theme, useView } from './view-store.js';

const THEME = 'weir.theme';
const LANGUAGE = 'weir.language';

export function chooseTheme(theme: Theme): void {
  remember(THEME, theme);
  showTheme(theme);
}

export function chooseLanguage(language: Language): void {
  remember(LANGUAGE, language);
  document.documentElement.lang = language;
  useView.setState({ language });
}

export function setPaused(paused: boolean): void {
  useView.setState({ paused });
}

export function followKey(followedKey: string | undefined): void {
  useView.setState({ followedKey });
}

export function pointAtSubtask(pointedSubtask: string | undefined): void {
  useView.setState({ pointedSubtask });
}

/** Until a theme is chosen the page follows the browser's, also while it is open. */
export function followBrowser(): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const still = matchMedia('(prefers-reduced-motion: reduce)');
  const onTheme = () => {
    if (!remembered(THEME)) showTheme(dark.matches ? 'dark' : 'light');
  };
  const onMotion = () => useView.setState({ reducedMotion: still.matches });
  dark.addEventListener('change', onTheme);
  still.addEventListener('change', onMotion);
  return () => {
    dark.removeEventListener('change', onTheme);
    still.removeEventListener('change', onMotion);
  };
}

function showTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  useView.setState({ theme });
}

function remember(name: string, value: string): void {
  try {
    localStorage.setItem(name, value);
  } catch {
    // A browser that keeps nothing: the choice holds for this visit.
  }
}

function remembered(name: string): string | null {
  try {
    return localStorage.getItem(name);
  } catch {
    return null;
  }
}
