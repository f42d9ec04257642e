import { useVirtualizer } from '@tanstack/react-virtual';
import { ListFilter } from 'lucide-react';
import { useMemo, useRef, useState } from 'react';
import { Button } from '../../components/Button.js';
import { Panel } from '../../components/Panel.js';
import { useDashboard } from '../../connection/store.js';
import { formatCount } from '../../format/number.js';
import { useMessages } from '../../messages/use-messages.js';
import { isFiltering, NO_FILTER, occurring, visibleLines } from './filter.js';
import { LogFilters } from './LogFilters.js';
import { LogRow } from './LogRow.js';
import { logMessages } from './messages.js';
import { putInWords } from './put-in-words.js';

const ROW = 23;

/** Newest on top. It follows until the reader scrolls or pauses; then it stands still, and says how much is new. */
export function EventLog() {
  const text = useMessages(logMessages);
  const log = useDashboard((dashboard) => dashboard.log);
  const dropped = useDashboard((dashboard) => dashboard.logDropped);
  const [filter, setFilter] = useState(NO_FILTER);
  const [filterOpen, setFilterOpen] = useState(false);
  const [pausedAt, setPausedAt] = useState<number>();
  const newest = log.at(-1)?.number ?? 0;
  const lines = useMemo(() => visibleLines(log, filter, pausedAt, (line) => putInWords(line, text.words)), [log, filter, pausedAt, text]);
  const choices = useMemo(() => (filterOpen ? occurring(log) : { subtasks: [], users: [] }), [filterOpen, log]);
  const scroll = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: lines.length,
    getScrollElement: () => scroll.current,
    estimateSize: () => ROW,
    getItemKey: (index) => lines[index]?.number ?? index,
    overscan: 10,
  });
  const follow = () => {
    setPausedAt(undefined);
    scroll.current?.scrollTo({ top: 0 });
  };
  const onScroll = () => {
    if (pausedAt === undefined && (scroll.current?.scrollTop ?? 0) > ROW) setPausedAt(newest);
  };
  const paused = pausedAt !== undefined;
  return (
    <Panel
      id="log"
      title={text.title}
      note={dropped > 0 ? text.leftOut(formatCount(dropped)) : undefined}
      testId="event-log"
      className="h-full"
      tools={
        <>
          {paused && newest > pausedAt && <span className="text-alert text-small">{text.newer(formatCount(newest - pausedAt))}</span>}
          <Button aria-pressed={paused} className="min-w-[64px]" onClick={() => (paused ? follow() : setPausedAt(newest))}>
            {paused ? text.follow : text.pause}
          </Button>
          <Button aria-expanded={filterOpen} aria-label={text.filter} title={text.filter} onClick={() => setFilterOpen(!filterOpen)}>
            <ListFilter size={14} aria-hidden="true" className={isFiltering(filter) ? 'text-alert' : ''} />
          </Button>
        </>
      }
    >
      {filterOpen && <LogFilters filter={filter} {...choices} onChange={setFilter} />}
      <div
        ref={scroll}
        onScroll={onScroll}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls, so keys must reach it.
        tabIndex={0}
        role="log"
        aria-live="off"
        aria-labelledby="log-title"
        className="min-h-0 flex-1 overflow-y-auto pb-2"
      >
        {lines.length === 0 && <p className="px-4 py-2 text-ink-3 text-small">{log.length === 0 ? text.none : text.noMatch}</p>}
        <div className="relative" style={{ height: rows.getTotalSize() }}>
          {rows.getVirtualItems().map((row) => {
            const line = lines[row.index];
            return (
              <div
                key={row.key}
                ref={rows.measureElement}
                data-index={row.index}
                className="absolute inset-x-0 top-0"
                style={{ transform: `translateY(${row.start}px)` }}
              >
                {line && <LogRow line={line} />}
              </div>
            );
          })}
        </div>
      </div>
    </Panel>
  );
}
