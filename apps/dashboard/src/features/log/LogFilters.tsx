import type { LogKind } from '@weir/protocol';
import { useId } from 'react';
import { Select } from '../../components/Select.js';
import { useMessages } from '../../messages/use-messages.js';
import { LOG_KINDS, type LogFilter } from './filter.js';
import { logMessages } from './messages.js';

interface Props {
  readonly filter: LogFilter;
  readonly subtasks: readonly number[];
  readonly users: readonly string[];
  readonly onChange: (filter: LogFilter) => void;
}

export function LogFilters({ filter, subtasks, users, onChange }: Props) {
  const text = useMessages(logMessages);
  const searchId = useId();
  const change = (part: Partial<Record<keyof LogFilter, unknown>>) => {
    const entries = Object.entries({ ...filter, ...part }).filter(([, value]) => value !== undefined && value !== '');
    onChange(Object.fromEntries(entries) as LogFilter);
  };
  return (
    <div className="grid flex-none grid-cols-3 gap-1.5 border-line-2 border-y bg-sunken px-4 py-2">
      <Select
        label={text.kind}
        value={filter.kind ?? ''}
        options={[['', text.allKinds], ...LOG_KINDS.map((kind) => [kind, text.kinds[kind]] as const)]}
        onChange={(kind) => change({ kind: (kind || undefined) as LogKind | undefined })}
      />
      <Select
        label={text.subtask}
        value={filter.subtask === undefined ? '' : String(filter.subtask)}
        options={[['', text.allSubtasks], ...subtasks.map((index) => [String(index), String(index + 1)] as const)]}
        onChange={(index) => change({ subtask: index === '' ? undefined : Number(index) })}
      />
      <Select
        label={text.user}
        value={filter.userId ?? ''}
        options={[['', text.allUsers], ...users.map((user) => [user, user] as const)]}
        onChange={(userId) => change({ userId: userId || undefined })}
      />
      <label htmlFor={searchId} className="visually-hidden">
        {text.search}
      </label>
      <input
        id={searchId}
        type="search"
        placeholder={text.search}
        value={filter.text ?? ''}
        onChange={(event) => change({ text: event.target.value })}
        className="col-span-3 h-7 w-full rounded-small border border-line bg-panel px-2 text-ink text-small placeholder:text-ink-3 pointer-coarse:h-11"
      />
    </div>
  );
}
