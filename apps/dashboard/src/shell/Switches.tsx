import { Moon, Pause, Play, Sun } from 'lucide-react';
import { Tool, toolClass } from '../components/Tool.js';
import { useMessages } from '../messages/use-messages.js';
import { chooseLanguage, chooseTheme, setPaused } from '../view/actions.js';
import { useView } from '../view/view-store.js';
import { shellMessages } from './messages.js';

export function ThemeSwitch() {
  const theme = useView((view) => view.theme);
  const text = useMessages(shellMessages);
  const other = theme === 'dark' ? 'light' : 'dark';
  return (
    <Tool name={other === 'dark' ? text.toDark : text.toLight} onPress={() => chooseTheme(other)}>
      {other === 'dark' ? <Moon size={15} aria-hidden="true" /> : <Sun size={15} aria-hidden="true" />}
    </Tool>
  );
}

export function LanguageSwitch() {
  const language = useView((view) => view.language);
  const text = useMessages(shellMessages);
  const other = language === 'ko' ? 'en' : 'ko';
  return (
    <button type="button" lang={other} onClick={() => chooseLanguage(other)} className={`${toolClass} min-w-[64px] font-medium`}>
      {text.otherLanguage}
    </button>
  );
}

export function PauseSwitch() {
  const paused = useView((view) => view.paused);
  const text = useMessages(shellMessages);
  return (
    <Tool name={paused ? text.resume : text.pause} pressed={paused} onPress={() => setPaused(!paused)}>
      {paused ? <Play size={15} aria-hidden="true" /> : <Pause size={15} aria-hidden="true" />}
    </Tool>
  );
}
