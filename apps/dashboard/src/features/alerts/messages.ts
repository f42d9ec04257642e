import { defineMessages } from '../../messages/define.js';

export const alertMessages = defineMessages(
  {
    title: 'Alerts',
    committed: (count: string) => `${count} committed`,
    waiting: (count: string) => `${count} waiting for commit`,
    none: 'No alert yet. One leaves when a user is abnormal as often in a row as the threshold says.',
    pending: 'pending: waits for its checkpoint',
    withdrawn: 'withdrawn: a failure took it back and the replay did not make it again',
    numbered: (seq: string) => `committed as number ${seq}`,
    older: 'Show older alerts',
    loading: 'Loading …',
    failed: 'Older alerts could not be loaded.',
  },
  {
    title: '알람',
    committed: (count) => `커밋 ${count}건`,
    waiting: (count) => `커밋 대기 ${count}건`,
    none: '아직 알람이 없습니다. 한 사용자의 이상행동이 임계값만큼 이어지면 알람이 나갑니다.',
    pending: '대기 중: 체크포인트를 기다리는 알람',
    withdrawn: '철회됨: 장애로 취소되었고 재처리에서 다시 발생하지 않은 알람',
    numbered: (seq) => `커밋됨, 번호 ${seq}`,
    older: '이전 알람 보기',
    loading: '불러오는 중 …',
    failed: '이전 알람을 불러오지 못했습니다.',
  },
);
