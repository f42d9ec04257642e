import type { Alarm } from '@weir/protocol/alarms';
import { X } from 'lucide-react';
import { useEffect } from 'react';
import { exactTime, formatClock } from '../../format/clock.js';
import { useMessages } from '../../messages/use-messages.js';
import { useView } from '../../view/view-store.js';
import { dismissAlarm, useAlarms } from './alarm-store.js';
import { alarmText } from './alarm-text.js';
import { alarmMessages } from './messages.js';

/** What is in a list for good goes by itself; a failed job stays until it is dismissed. */
const STAYS: Readonly<Record<Alarm['kind'], number | undefined>> = {
  recovery: 20_000,
  'checkpoint-failed': 60_000,
  'commit-overdue': undefined,
  'job-failed': undefined,
};

/** Lies over the page's lower corner, so that nothing moves when one comes. */
export function AlarmList() {
  const shown = useAlarms((alarms) => alarms.shown);
  const text = useMessages(alarmMessages);
  return (
    <section
      aria-label={text.title}
      className="pointer-events-none fixed right-4 bottom-14 z-40 flex w-[min(360px,calc(100vw-32px))] flex-col gap-2"
    >
      {shown.map((alarm) => (
        <AlarmCard key={alarm.id} alarm={alarm} />
      ))}
    </section>
  );
}

function AlarmCard({ alarm }: { readonly alarm: Alarm }) {
  const text = useMessages(alarmMessages);
  const language = useView((view) => view.language);
  const { title, detail } = alarmText(alarm, language);
  const { id, kind } = alarm;
  useEffect(() => {
    const stays = STAYS[kind];
    if (stays === undefined) return;
    const timer = setTimeout(() => dismissAlarm(id), stays);
    return () => clearTimeout(timer);
  }, [id, kind]);
  return (
    <div
      role="alert"
      className="pointer-events-auto grid grid-cols-[14px_minmax(0,1fr)_auto] gap-x-2.5 rounded-medium border border-line border-l-[3px] border-l-fail bg-panel py-2.5 pr-2 pl-3 shadow-menu"
    >
      <span aria-hidden="true" className="font-bold text-fail">
        ✕
      </span>
      <div className="min-w-0">
        <p className="font-semibold">{title}</p>
        <p className="line-clamp-2 text-ink-2 text-small">{detail}</p>
        <time title={exactTime(alarm.at)} className="text-ink-3 text-small">
          {formatClock(alarm.at)}
        </time>
      </div>
      <button
        type="button"
        aria-label={text.dismiss}
        onClick={() => dismissAlarm(alarm.id)}
        className="flex size-7 items-center justify-center rounded-small text-ink-3 hover:bg-sunken hover:text-ink pointer-coarse:size-11"
      >
        <X size={15} aria-hidden="true" />
      </button>
    </div>
  );
}
