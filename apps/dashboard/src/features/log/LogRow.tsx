import type { LogKind, LogLine } from '@weir/protocol';
import { memo } from 'react';
import { exactTime, formatClock } from '../../format/clock.js';
import { useMessages } from '../../messages/use-messages.js';
import { logMessages } from './messages.js';
import { putInWords } from './put-in-words.js';

const glyphs: Readonly<Record<LogKind, string>> = {
  source: '·',
  process: '·',
  sink: '·',
  alert: '◆',
  checkpoint: '┃',
  recovery: '▲',
  cluster: '○',
  job: '●',
};

const levels = {
  info: { row: '', glyph: 'text-ink-3', text: 'text-ink-2' },
  warning: { row: '', glyph: 'text-alert', text: 'text-ink' },
  error: { row: 'bg-fail-ground', glyph: 'text-fail', text: 'text-ink' },
};

export const LogRow = memo(function LogRow({ line }: { readonly line: LogLine }) {
  const text = useMessages(logMessages);
  const level = levels[line.level];
  const glyph = line.level === 'error' ? '✕' : line.level === 'warning' ? '▲' : glyphs[line.kind];
  return (
    <div
      title={`${exactTime(line.at)}\n${line.text}`}
      className={`grid grid-cols-[54px_12px_minmax(0,1fr)] gap-x-1.5 px-4 py-[3px] text-small leading-[1.45] ${level.row}`}
    >
      <time className="text-ink-3">{formatClock(line.at)}</time>
      <span
        aria-hidden="true"
        className={`text-center font-bold ${line.kind === 'alert' && line.level === 'info' ? 'text-alert' : level.glyph}`}
      >
        {glyph}
      </span>
      <span className={`min-w-0 break-words ${line.abnormal ? 'text-ink' : level.text}`}>
        {putInWords(line, text.words)}
        {line.replayed && (
          <span className="ml-1.5 whitespace-nowrap rounded-[4px] border border-line px-1 text-ink-3 text-axis">{text.replayed}</span>
        )}
      </span>
    </div>
  );
});
