import { create } from 'zustand';
import type { Language } from '../messages/define.js';

export type Theme = 'light' | 'dark';

/** How this person looks at the page: nothing of it comes from the server. */
export interface View {
  readonly theme: Theme;
  readonly language: Language;
  /** The drawings stand still (space bar, or reduced motion in the browser). Figures go on. */
  readonly paused: boolean;
  readonly reducedMotion: boolean;
  /** The key that is followed: pointed at in a list or in the drawing. */
  readonly followedKey: string | undefined;
  /** The subtask that is pointed at, `vertexId:index`, lit wherever it is drawn. */
  readonly pointedSubtask: string | undefined;
}

export const useView = create<View>(() => ({
  theme: document.documentElement.dataset.theme === 'dark' ? 'dark' : 'light',
  language: document.documentElement.lang === 'ko' ? 'ko' : 'en',
  paused: false,
  reducedMotion: matchMedia('(prefers-reduced-motion: reduce)').matches,
  followedKey: undefined,
  pointedSubtask: undefined,
}));
