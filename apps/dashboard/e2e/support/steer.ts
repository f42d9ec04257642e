import { PROTOCOL_VERSION } from '@weir/protocol';
import { io } from 'socket.io-client';

/** Sets the speed of the simulated source past the page: by another client of the server's live line. */
export async function setSpeed(url: string, token: string, speed: number): Promise<void> {
  const socket = io(url, {
    transports: ['websocket'],
    forceNew: true,
    auth: { version: PROTOCOL_VERSION },
    extraHeaders: { authorization: `Bearer ${token}` },
  });
  try {
    const answer = await socket.timeout(30_000).emitWithAck('command', { id: `speed-${speed}`, type: 'set-speed', speed });
    if (answer.ok !== true) throw new Error(`the speed was refused: ${answer.message}`);
  } finally {
    socket.disconnect();
  }
}
