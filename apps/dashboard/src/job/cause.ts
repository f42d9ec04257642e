import type { RecoveryInfo } from '@weir/protocol';
import { taskManagerName } from '../format/names.js';
import { defineMessages } from '../messages/define.js';

/** What failed, in the engine's words, for the causes that it names itself; an exception's words stay as they are. */
export const causeMessages = defineMessages(
  { process: 'the process', jobManager: 'JobManager' },
  { process: '서버 프로세스', jobManager: 'JobManager' },
);

const KNOWN: Readonly<Record<string, keyof (typeof causeMessages)['en']>> = {
  'the process ended': 'process',
  'the JobManager ended': 'jobManager',
};

/** What failed, in a word or two: the TaskManager, else what was thrown. */
export function recoveryCause(recovery: RecoveryInfo, text: (typeof causeMessages)['en']): string {
  if (recovery.taskManagerId) return taskManagerName(recovery.taskManagerId);
  const cause = recovery.cause.split('\n')[0] ?? '';
  const known = KNOWN[cause];
  return known === undefined ? cause : text[known];
}
