import { constants, deflateRawSync } from 'node:zlib';
import type { ServerOptions, Socket } from 'socket.io';

/** What Engine.IO's types keep to themselves. The sender is the one to which Socket.IO itself hands frames that are encoded once for a room. */
interface Connection {
  readonly readyState: string;
  readonly upgrading: boolean;
  readonly writeBuffer: readonly { readonly data?: { readonly length?: number } }[];
  readonly transport: {
    readonly name: string;
    readonly writable: boolean;
    readonly socket?: {
      readonly readyState: number;
      readonly extensions: string;
      readonly bufferedAmount: number;
      readonly _sender?: { readonly sendFrame?: (frame: readonly Buffer[]) => void };
    };
  };
}

type AnySocket = Pick<Socket, 'conn'>;

const OPEN = 1;
/** FIN and the code of text, and RFC 7692's mark of what is compressed. */
const TEXT = 0x81;
const COMPRESSED = 0x40;
/** Engine.IO's "message", then Socket.IO's "event". */
const EVENT = '42';
/** Bytes from which a message is compressed: below, the wire costs less than the work. */
const COMPRESS_FROM = 1_024;
/** What a flush of deflate ends with, and a compressed message must not. */
const FLUSH_END = 4;

/**
 * Pages that can (browsers do) take compressed frames. Each stands alone, not one relying on those before, so that one serves all of them. Socket.IO itself never
 * compresses, which it would do for each client anew.
 */
export const COMPRESSION: Exclude<ServerOptions['perMessageDeflate'], boolean | undefined> = {
  threshold: Number.POSITIVE_INFINITY,
  serverNoContextTakeover: true,
  clientNoContextTakeover: true,
};

/** An event of the main namespace as WebSocket frames, made once for all clients. Plain data only: no attachments. */
export class Frame {
  readonly #text: Buffer;
  #plain: Buffer | undefined;
  #compressed: Buffer | undefined;

  constructor(event: string, args: readonly unknown[]) {
    this.#text = Buffer.from(`${EVENT}${JSON.stringify([event, ...args])}`);
  }

  get plain(): Buffer {
    this.#plain ??= framed(TEXT, this.#text);
    return this.#plain;
  }

  /** The same for those who take it compressed; the plain one where that is as good. */
  get compressed(): Buffer {
    if (this.#text.length < COMPRESS_FROM) return this.plain;
    this.#compressed ??= framed(
      TEXT | COMPRESSED,
      deflateRawSync(this.#text, { level: 1, finishFlush: constants.Z_SYNC_FLUSH }).subarray(0, -FLUSH_END),
    );
    return this.#compressed;
  }
}

function framed(first: number, payload: Buffer): Buffer {
  const { length } = payload;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  // Not of the shared pool: it may wait for a slow client.
  const frame = Buffer.allocUnsafeSlow(header + length);
  frame[0] = first;
  if (header === 2) frame[1] = length;
  else if (header === 4) {
    frame[1] = 126;
    frame.writeUInt16BE(length, 2);
  } else {
    frame[1] = 127;
    frame.writeBigUInt64BE(BigInt(length), 2);
  }
  payload.copy(frame, header);
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
    transport.socket?.readyState === OPEN &&
    typeof transport.socket._sender?.sendFrame === 'function'
  );
}

/** Past Socket.IO's and Engine.IO's queues, callbacks and events, which for a frame to each of many clients cost more than its sending. */
export function writeFrame(client: AnySocket, frame: Frame): void {
  const { socket } = connectionOf(client).transport;
  socket?._sender?.sendFrame?.([socket.extensions === '' ? frame.plain : frame.compressed]);
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
