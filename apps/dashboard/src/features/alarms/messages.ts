import { defineMessages } from '../../messages/define.js';

const firstLine = (text: string | undefined) => (text ? text.split('\n')[0] : '');

export const alarmMessages = defineMessages(
  {
    title: 'Alarms',
    allow: 'Show alarms as browser notifications',
    allowed: 'Alarms are shown as browser notifications',
    denied: 'The browser does not allow notifications from this page',
    dismiss: 'Dismiss',
    checkpointFailed: (id: number) => `Checkpoint ${id} failed`,
    checkpointReason: (reason: string | undefined) => firstLine(reason) || 'The engine gave no reason.',
    commitOverdue: (id: number) => `Checkpoint ${id} is not being committed`,
    commitReason: (reason: string | undefined) =>
      `${reason ? `${firstLine(reason)}. ` : ''}No other checkpoint is taken and no alert is released until its sinks have committed it.`,
    jobFailed: (job: string) => `The job “${job}” has failed`,
    jobReason: (reason: string | undefined) => firstLine(reason) || 'The engine gave no reason.',
    recovery: (cause: string) => `Failure: ${cause}`,
    recoveryDetail: (checkpoint: number | undefined) =>
      checkpoint === undefined ? 'The job restarts.' : `The job restarts from checkpoint ${checkpoint}.`,
  },
  {
    title: '경보',
    allow: '경보를 브라우저 알림으로 받기',
    allowed: '경보를 브라우저 알림으로 받고 있습니다',
    denied: '브라우저가 이 페이지의 알림을 막고 있습니다',
    dismiss: '닫기',
    checkpointFailed: (id) => `체크포인트 ${id} 실패`,
    checkpointReason: (reason) => firstLine(reason) || '엔진이 알려준 이유가 없습니다.',
    commitOverdue: (id) => `체크포인트 ${id} 커밋 지연`,
    commitReason: (reason) =>
      `${reason ? `${firstLine(reason)}. ` : ''}싱크가 커밋을 마칠 때까지 다음 체크포인트를 만들지 않으며 알람도 확정되지 않습니다.`,
    jobFailed: (job) => `작업 실패: ${job}`,
    jobReason: (reason) => firstLine(reason) || '엔진이 알려준 이유가 없습니다.',
    recovery: (cause) => `장애 발생: ${cause}`,
    recoveryDetail: (checkpoint) =>
      checkpoint === undefined ? '작업을 다시 시작합니다.' : `체크포인트 ${checkpoint}에서 작업을 다시 시작합니다.`,
  },
);
