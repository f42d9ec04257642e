import { defineMessages } from '../../messages/define.js';

export const taskMessages = defineMessages(
  {
    title: 'Tasks',
    none: 'No job is running.',
    task: 'Task',
    state: 'State',
    attempt: 'Attempt',
    place: 'TaskManager · slot',
    in: 'In',
    out: 'Out',
    busy: 'Busy',
    waiting: 'Backpressured',
    latency: 'Latency p99',
    part: 'Part of last checkpoint',
  },
  {
    title: '태스크',
    none: '실행 중인 Job이 없습니다.',
    task: '태스크',
    state: '상태',
    attempt: '시도',
    place: 'TaskManager · 슬롯',
    in: '입력',
    out: '출력',
    busy: '사용률',
    waiting: '백프레셔',
    latency: '지연 p99',
    part: '마지막 체크포인트 몫',
  },
);
