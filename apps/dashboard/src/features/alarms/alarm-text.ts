import type { Alarm } from '@weir/protocol/alarms';
import { causeMessages, recoveryCause } from '../../job/cause.js';
import type { Language } from '../../messages/define.js';
import { alarmMessages } from './messages.js';

export interface AlarmText {
  readonly title: string;
  readonly detail: string;
}

export function alarmText(alarm: Alarm, language: Language): AlarmText {
  const text = alarmMessages[language];
  switch (alarm.kind) {
    case 'checkpoint-failed':
      return { title: text.checkpointFailed(alarm.checkpoint), detail: text.checkpointReason(alarm.reason) };
    case 'commit-overdue':
      return { title: text.commitOverdue(alarm.checkpoint), detail: text.commitReason(alarm.reason) };
    case 'job-failed':
      return { title: text.jobFailed(alarm.job), detail: text.jobReason(alarm.reason) };
    case 'recovery':
      return {
        title: text.recovery(recoveryCause(alarm.recovery, causeMessages[language])),
        detail: text.recoveryDetail(alarm.recovery.checkpointId),
      };
  }
}
