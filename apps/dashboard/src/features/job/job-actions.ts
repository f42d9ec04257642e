import type { JobStatus } from '@weir/protocol';
import type { Command } from '../../connection/commands.js';

export type JobAction = 'stop' | 'cancel' | 'startLatest' | 'startPath' | 'startEmpty';

const ended: readonly JobStatus[] = ['FAILED', 'CANCELED', 'FINISHED'];

/** What can be done to a job in this state; one that has ended can only be started again. */
export function possibleActions(state: JobStatus | undefined): readonly JobAction[] {
  if (state === undefined) return [];
  if (ended.includes(state)) return ['startLatest', 'startPath', 'startEmpty'];
  return state === 'RUNNING' ? ['stop', 'cancel'] : ['cancel'];
}

export interface Choices {
  readonly path: string;
  readonly drain: boolean;
}

export function jobCommand(action: JobAction, { path, drain }: Choices): Command {
  switch (action) {
    case 'stop':
      return { type: 'stop', drain };
    case 'cancel':
      return { type: 'cancel' };
    case 'startLatest':
      return { type: 'start', from: 'latest' };
    case 'startPath':
      return { type: 'start', from: { path } };
    case 'startEmpty':
      return { type: 'start', from: 'empty' };
  }
}
