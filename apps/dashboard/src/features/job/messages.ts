import { defineMessages } from '../../messages/define.js';

export const jobMessages = defineMessages(
  {
    menu: 'Job actions',
    cancel: 'Cancel the job …',
    stop: 'Stop with a savepoint …',
    startLatest: 'Start again from the latest checkpoint …',
    startPath: 'Start again from a chosen checkpoint …',
    startEmpty: 'Start again empty …',
    keep: 'Leave it as it is',
    ask: {
      cancel: {
        title: 'Cancel the job?',
        body: (job: string) => `“${job}” ends at once. What was not committed by a checkpoint is lost; its checkpoints stay.`,
        verb: 'Cancel job',
      },
      stop: {
        title: 'Stop the job?',
        body: (job: string) => `“${job}” takes a savepoint, commits its output and ends. It can be started again from there.`,
        verb: 'Stop job',
      },
      startLatest: {
        title: 'Start the job again?',
        body: (job: string) => `“${job}” starts under a new id, from its latest retained checkpoint or savepoint.`,
        verb: 'Start job',
      },
      startPath: {
        title: 'Start from a checkpoint?',
        body: (job: string) => `“${job}” starts under a new id, with the state of the checkpoint or savepoint at this path.`,
        verb: 'Start job',
      },
      startEmpty: {
        title: 'Start the job empty?',
        body: (job: string) => `“${job}” starts under a new id with no state at all: counts and positions begin anew.`,
        verb: 'Start empty',
      },
    },
    path: 'Path of a checkpoint or savepoint',
    drain: 'Let the input end first (drain): nothing can go on from this savepoint',
  },
  {
    menu: '작업 명령',
    cancel: '작업 취소 …',
    stop: '세이브포인트를 만들고 중지 …',
    startLatest: '최근 체크포인트에서 다시 시작 …',
    startPath: '체크포인트를 골라 다시 시작 …',
    startEmpty: '빈 상태로 다시 시작 …',
    keep: '그대로 두기',
    ask: {
      cancel: {
        title: '작업을 취소할까요?',
        body: (job) => `‘${job}’ 작업이 바로 끝납니다. 체크포인트로 커밋되지 않은 내용은 사라지고, 체크포인트는 남습니다.`,
        verb: '작업 취소',
      },
      stop: {
        title: '작업을 중지할까요?',
        body: (job) => `‘${job}’ 작업이 세이브포인트를 만들고 결과를 커밋한 뒤 끝납니다. 나중에 그 지점에서 다시 시작할 수 있습니다.`,
        verb: '작업 중지',
      },
      startLatest: {
        title: '작업을 다시 시작할까요?',
        body: (job) => `‘${job}’ 작업을 새 ID로, 가장 최근에 보관된 체크포인트나 세이브포인트에서 시작합니다.`,
        verb: '작업 시작',
      },
      startPath: {
        title: '체크포인트에서 시작할까요?',
        body: (job) => `‘${job}’ 작업을 새 ID로, 이 경로에 있는 체크포인트나 세이브포인트의 상태에서 시작합니다.`,
        verb: '작업 시작',
      },
      startEmpty: {
        title: '빈 상태로 시작할까요?',
        body: (job) => `‘${job}’ 작업을 새 ID로, 상태 없이 시작합니다. 횟수와 읽은 위치가 모두 처음부터입니다.`,
        verb: '빈 상태로 시작',
      },
    },
    path: '체크포인트 또는 세이브포인트 경로',
    drain: '입력을 먼저 끝내기(drain): 이 세이브포인트에서는 이어갈 수 없음',
  },
);
