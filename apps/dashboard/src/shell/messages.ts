import { formatDuration } from '../format/duration.js';
import { formatCount, formatShare } from '../format/number.js';
import { defineMessages } from '../messages/define.js';
import type { Standing } from './standing.js';

type Of<K extends Standing['kind']> = Extract<Standing, { kind: K }>;

const stop = (text: string) => (/[.!?]$/.test(text) ? text : `${text}.`);

export const shellMessages = defineMessages(
  {
    job: 'Job',
    lastKnown: 'last known state',
    overview: 'Overview',
    pipeline: 'Pipeline',
    views: 'Views',
    skip: 'Skip to the page',
    toDark: 'Dark theme',
    toLight: 'Light theme',
    otherLanguage: '한국어',
    live: 'Live',
    connecting: 'Connecting',
    disconnected: 'Disconnected',
    pause: 'Pause the drawings (space)',
    resume: 'Resume the drawings (space)',
    offlineSince: (time: string) => `No connection to the server since ${time}.`,
    offlineNote: 'The page shows what was last known.',
    retryIn: (seconds: number) => (seconds > 0 ? `Trying again in ${seconds} s` : 'Trying again …'),
    retryNow: 'Try now',
    loadingPipeline: 'Loading the pipeline …',
    stands: {
      loading: () => 'Waiting for the first figures from the server.',
      'no-leader': () => 'No JobManager leads at the moment; its successor is taking over.',
      'no-job': () => 'No job is running. Start one with “npm start”, or start the last one again from the menu.',
      starting: () => 'The job is starting: its tasks are being deployed.',
      'unknown-death': ({ taskManager }: Of<'unknown-death'>) => `${taskManager} has died; the JobManager does not know it yet.`,
      lost: ({ cause }: Of<'lost'>) => `Failure: ${stop(cause)} All tasks are being cancelled and will start again.`,
      restoring: ({ cause, checkpoint }: Of<'restoring'>) =>
        checkpoint === undefined
          ? `Recovering from a failure (${cause}). There is no checkpoint yet, so state starts empty.`
          : `Recovering from a failure (${cause}): state is being read from checkpoint ${checkpoint}.`,
      replaying: ({ checkpoint }: Of<'replaying'>) =>
        checkpoint === undefined ? 'Replaying events from the beginning.' : `Replaying the events since checkpoint ${checkpoint}.`,
      recovered: ({ cause, took, checkpoint, replayed, whole }: Of<'recovered'>) => {
        const state = checkpoint === undefined ? 'there was no checkpoint to restore' : `state came back from checkpoint ${checkpoint}`;
        const again = replayed === undefined ? '' : ` ${formatCount(replayed)} records were replayed.`;
        return `Running again. The failure (${cause}) took ${formatDuration(took)}; ${state}.${again}${whole ? ' Nothing lost, nothing doubled.' : ''}`;
      },
      bottleneck: ({ vertex, busy, waiting, waits }: Of<'bottleneck'>) =>
        `Running, but ${vertex} is the bottleneck: it is busy ${formatShare(busy)} of the time and ${waiting} waits ${formatShare(waits)}.`,
      'checkpoint-failed': ({ checkpoint, reason }: Of<'checkpoint-failed'>) =>
        stop(`Running, but checkpoint ${checkpoint} failed${reason ? `: ${reason}` : ''}`),
      running: ({ checkpoint, took, interval, whole }: Of<'running'>) =>
        checkpoint === undefined
          ? `Running. A checkpoint is taken every ${formatDuration(interval)}; the first is still to come.`
          : `Running. Checkpoint ${checkpoint} took ${formatDuration(took)}.${whole ? ' Nothing lost, nothing doubled.' : ''}`,
      'not-whole': ({ checkpoint, lost, doubled, allowed }: Of<'not-whole'>) =>
        allowed
          ? `Running. Checkpoint ${checkpoint} has ${formatCount(doubled)} records doubled, as at least once allows.`
          : `Running, but by checkpoint ${checkpoint} ${formatCount(lost)} records were lost and ${formatCount(doubled)} doubled. This must not be: please report it.`,
      failed: ({ reason }: Of<'failed'>) =>
        `${stop(`The job has failed${reason ? `: ${reason}` : ''}`)} It can be started again from the menu beside its state.`,
      ending: ({ state }: Of<'ending'>) => (state === 'CANCELLING' ? 'The job is being cancelled.' : 'The job is suspended.'),
      finished: () => 'The job has finished: all its input was read and all its output committed.',
      canceled: () => 'The job was cancelled. It can be started again from its last checkpoint.',
    },
  },
  {
    job: '작업',
    lastKnown: '마지막으로 확인된 상태',
    overview: '개요',
    pipeline: '파이프라인',
    views: '화면',
    skip: '본문으로 건너뛰기',
    toDark: '어두운 테마',
    toLight: '밝은 테마',
    otherLanguage: 'English',
    live: '실시간',
    connecting: '연결 중',
    disconnected: '연결 끊김',
    pause: '그림 멈춤 (스페이스)',
    resume: '그림 다시 재생 (스페이스)',
    offlineSince: (time) => `${time}부터 서버에 연결되지 않습니다.`,
    offlineNote: '마지막으로 받은 내용을 표시합니다.',
    retryIn: (seconds) => (seconds > 0 ? `${seconds}초 뒤 재시도` : '재시도 중 …'),
    retryNow: '지금 재시도',
    loadingPipeline: '파이프라인을 불러오는 중 …',
    stands: {
      loading: () => '서버에서 첫 데이터를 기다리고 있습니다.',
      'no-leader': () => '현재 리더 JobManager가 없습니다. 새 JobManager가 이어받는 중입니다.',
      'no-job': () => '실행 중인 작업이 없습니다. ‘npm start’로 시작하거나 메뉴에서 마지막 작업을 다시 시작하세요.',
      starting: () => '작업을 시작하는 중입니다. 태스크를 배포하고 있습니다.',
      'unknown-death': ({ taskManager }) => `${taskManager} 종료됨. JobManager는 아직 알지 못합니다.`,
      lost: ({ cause }) => `장애 발생: ${stop(cause)} 모든 태스크를 취소하고 다시 시작합니다.`,
      restoring: ({ cause, checkpoint }) =>
        checkpoint === undefined
          ? `장애 복구 중(${cause}). 아직 체크포인트가 없어 빈 상태에서 시작합니다.`
          : `장애 복구 중(${cause}). 체크포인트 ${checkpoint}에서 상태를 복원하고 있습니다.`,
      replaying: ({ checkpoint }) =>
        checkpoint === undefined
          ? '이벤트를 처음부터 재처리하고 있습니다.'
          : `체크포인트 ${checkpoint} 이후의 이벤트를 재처리하고 있습니다.`,
      recovered: ({ cause, took, checkpoint, replayed, whole }) => {
        const state = checkpoint === undefined ? '복원할 체크포인트는 없었습니다' : `상태는 체크포인트 ${checkpoint}에서 복원했습니다`;
        const again = replayed === undefined ? '' : ` 레코드 ${formatCount(replayed)}건을 재처리했습니다.`;
        return `복구를 마치고 정상 실행 중입니다. 장애(${cause}) 복구에 ${formatDuration(took)} 걸렸고, ${state}.${again}${whole ? ' 유실 0 · 중복 0.' : ''}`;
      },
      bottleneck: ({ vertex, busy, waiting, waits }) =>
        `실행 중이지만 병목이 있습니다. ${vertex} 사용률 ${formatShare(busy)}, ${waiting} 대기율 ${formatShare(waits)}.`,
      'checkpoint-failed': ({ checkpoint, reason }) => stop(`실행 중이지만 체크포인트 ${checkpoint} 실패${reason ? `: ${reason}` : ''}`),
      running: ({ checkpoint, took, interval, whole }) =>
        checkpoint === undefined
          ? `정상 실행 중입니다. ${formatDuration(interval)}마다 체크포인트를 만들며, 아직 첫 체크포인트 전입니다.`
          : `정상 실행 중입니다. 체크포인트 ${checkpoint} 완료(${formatDuration(took)}).${whole ? ' 유실 0 · 중복 0.' : ''}`,
      'not-whole': ({ checkpoint, lost, doubled, allowed }) =>
        allowed
          ? `정상 실행 중입니다. 체크포인트 ${checkpoint} 기준 중복 ${formatCount(doubled)}건(최소 한 번 모드에서 허용).`
          : `실행 중이지만 체크포인트 ${checkpoint} 기준 유실 ${formatCount(lost)}건, 중복 ${formatCount(doubled)}건입니다. 있어서는 안 되는 일이니 알려 주세요.`,
      failed: ({ reason }) => `${stop(`작업이 실패했습니다${reason ? `: ${reason}` : ''}`)} 상태 옆의 메뉴에서 다시 시작할 수 있습니다.`,
      ending: ({ state }) => (state === 'CANCELLING' ? '작업을 취소하는 중입니다.' : '작업이 일시 중단되었습니다.'),
      finished: () => '작업이 끝났습니다. 입력을 모두 읽고 결과를 모두 커밋했습니다.',
      canceled: () => '작업이 취소되었습니다. 마지막 체크포인트에서 다시 시작할 수 있습니다.',
    },
  },
);

/** The sentence for how the job stands. */
export function standingText(stands: (typeof shellMessages)['en']['stands'], standing: Standing): string {
  return (stands[standing.kind] as (standing: Standing) => string)(standing);
}
