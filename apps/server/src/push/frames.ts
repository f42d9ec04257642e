import type { Socket } from 'socket.io';

/** What Engine.IO's types keep to themselves. The sender is the one to which Socket.IO itself hands frames that are encoded once for a room. */
interface Connection {
  readonly readyState: string;
  readonly upgrading: boolean;
  readonly writeBuffer: readonly { readonly data?: { readonly length?: number } }[];
  readonly transport: {
    readonly name: string;
    readonly writable: boolean;
    readonly perMessageDeflate?: unknown;
    readonly socket?: {
      readonly readyState: number;
      readonly bufferedAmount: number;
      readonly _sender?: { readonly sendFrame?: (frame: readonly Buffer[]) => void };
    };
  };
}

type AnySocket = Pick<Socket, 'conn'>;

const OPEN = 1;
/** FIN and the code of text. */
const TEXT = 0x81;
/** Engine.IO's "message", then Socket.IO's "event". */
const EVENT = '42';

/** An event of the main namespace as one WebSocket frame, ready for every client. Plain data only: no attachments. */
export function frameOf(event: string, args: readonly unknown[]): Buffer {
  const text = `${EVENT}${JSON.stringify([event, ...args])}`;
  const length = Buffer.byteLength(text);
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const frame = Buffer.allocUnsafeSlow(header + length);
  frame[0] = TEXT;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  frame.write(text, header);
  return frame;
}

/** Whether a frame may go straight to the client's WebSocket: nothing that was sent before it waits above that. */
export function canWriteFrame(socket: AnySocket): boolean {
  const { readyState, upgrading, writeBuffer, transport } = connectionOf(socket);
  return (
    readyState === 'open' &&
    !upgrading &&
    writeBuffer.length === 0 &&
    transport.writable &&
    transport.name === 'websocket' &&
    !transport.perMessageDeflate &&
    transport.socket?.readyState === OPEN &&
    typeof transport.socket._sender?.sendFrame === 'function'
  );
}

/** Past Socket.IO's and Engine.IO's queues, callbacks and events, which for a frame to each of many clients cost more than its sending. */
export function writeFrame(socket: AnySocket, frame: Buffer): void {
  connectionOf(socket).transport.socket?._sender?.sendFrame?.([frame]);
}

/** What waits for this client in this process: in Engine.IO's buffer, and in the WebSocket's below it. */
export function backlogOf(socket: AnySocket): { packets: number; bytes: number } {
  const { writeBuffer, transport } = connectionOf(socket);
  let bytes = transport.socket?.bufferedAmount ?? 0;
  for (const { data } of writeBuffer) bytes += data?.length ?? 0;
  return { packets: writeBuffer.length, bytes };
}

function connectionOf({ conn }: AnySocket): Connection {
  return conn as unknown as Connection;
}
