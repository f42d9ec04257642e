import { defineMessages } from '../../messages/define.js';

export const sourceMessages = defineMessages(
  {
    speed: 'Speed of the simulated source',
    refused: (reason: string) => `Not changed: ${reason}`,
    gone: (bytes: string) => `${bytes} could not be read any more`,
  },
  {
    speed: '시뮬레이션 Source 속도',
    refused: (reason) => `변경되지 않음: ${reason}`,
    gone: (bytes) => `더 이상 읽을 수 없는 ${bytes}`,
  },
);
