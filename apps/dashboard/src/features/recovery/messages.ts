import { defineMessages } from '../../messages/define.js';

export const recoveryMessages = defineMessages(
  {
    title: 'Recovery',
    none: 'No failure yet. Press Fail on a TaskManager to see one.',
    number: (n: number) => `Recovery ${n}`,
    total: 'Total',
    from: 'Restored from',
    empty: 'empty state',
    cause: 'What failed',
    slowed: '▸ Played slowly so that it can be followed; times and figures are the true ones.',
    all: (count: string) => `All ${count} recoveries`,
    phases: {
      failed: 'Failed',
      detected: 'Detected',
      'checkpoint-chosen': 'Checkpoint chosen',
      restoring: 'Restoring',
      replaying: 'Replaying',
      running: 'Running',
    },
  },
  {
    title: '장애 복구',
    none: '아직 장애가 없습니다. TaskManager의 장애 버튼을 눌러 보세요.',
    number: (n) => `복구 ${n}`,
    total: '전체',
    from: '복원 지점',
    empty: '빈 상태',
    cause: '장애 대상',
    slowed: '▸ 눈으로 따라갈 수 있게 천천히 재생합니다. 시각과 수치는 실제 값입니다.',
    all: (count) => `복구 ${count}건 모두 보기`,
    phases: {
      failed: '장애 발생',
      detected: '장애 감지',
      'checkpoint-chosen': '체크포인트 선택',
      restoring: '상태 복원',
      replaying: '재처리',
      running: '정상 실행',
    },
  },
);
