import { defineMessages } from '../../messages/define.js';

export const detailMessages = defineMessages(
  {
    close: 'Close',
    unknown: 'This checkpoint is not among the last hundred.',
    noTasks: 'The parts of its tasks are no longer kept here.',
    subtask: 'Subtask',
    acknowledged: 'Acknowledged',
    duration: 'Duration',
    startDelay: 'Start delay',
    alignment: 'Alignment',
    sync: 'Sync',
    async: 'Async',
    inFlight: 'In-flight',
    size: 'Size',
  },
  {
    close: '닫기',
    unknown: '최근 100개 안에 없는 체크포인트입니다.',
    noTasks: '태스크별 내역은 더 이상 남아 있지 않습니다.',
    subtask: 'Subtask',
    acknowledged: '확인 시각',
    duration: '소요 시간',
    startDelay: '시작 지연',
    alignment: '정렬',
    sync: '동기',
    async: '비동기',
    inFlight: '전송 중 데이터',
    size: '크기',
  },
);
