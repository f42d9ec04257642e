import type { LogKind, LogLine } from '@weir/protocol';

export const LOG_KINDS: readonly LogKind[] = ['source', 'process', 'sink', 'alert', 'checkpoint', 'recovery', 'cluster', 'job'];

export interface LogFilter {
  readonly kind?: LogKind;
  readonly subtask?: number;
  readonly userId?: string;
  readonly text?: string;
}

export const NO_FILTER: LogFilter = {};

export function isFiltering(filter: LogFilter): boolean {
  return filter.kind !== undefined || filter.subtask !== undefined || filter.userId !== undefined || Boolean(filter.text);
}

/** Newest first. `until`: the number of the last line shown, while the log is paused; `say`: what the page shows of a line, which is searched too. */
export function visibleLines(
  lines: readonly LogLine[],
  filter: LogFilter,
  until = Number.POSITIVE_INFINITY,
  say: (line: LogLine) => string = ({ text }) => text,
): readonly LogLine[] {
  const wanted = filter.text?.trim().toLowerCase() ?? '';
  return lines
    .filter(
      (line) =>
        line.number <= until &&
        (filter.kind === undefined || line.kind === filter.kind) &&
        (filter.subtask === undefined || line.subtask === filter.subtask) &&
        (filter.userId === undefined || line.userId === filter.userId) &&
        (wanted === '' || line.text.toLowerCase().includes(wanted) || say(line).toLowerCase().includes(wanted)),
    )
    .reverse();
}

/** What the log can be filtered by: the subtasks and users that occur in it. */
export function occurring(lines: readonly LogLine[]): { readonly subtasks: readonly number[]; readonly users: readonly string[] } {
  const subtasks = new Set<number>();
  const users = new Set<string>();
  for (const { subtask, userId } of lines) {
    if (subtask !== undefined) subtasks.add(subtask);
    if (userId !== undefined && users.size < 200) users.add(userId);
  }
  return { subtasks: [...subtasks].sort((a, b) => a - b), users: [...users].sort() };
}
