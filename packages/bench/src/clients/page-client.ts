import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { inflateRawSync } from 'node:zlib';
import { PROTOCOL_VERSION } from '@weir/protocol';

/** Of a message's text: enough to tell its kind and number. */
const HEAD = 48;
const DELTA = '42["delta",{"seq":';
const [TEXT, COMPRESSED, LENGTH_16, LENGTH_64] = [1, 0x40, 126, 127];
/** All clients of a process read into one buffer: what a message says further on is of no interest here. */
const shared = Buffer.allocUnsafeSlow(256 * 1024);
/** Compressed messages that are known: most clients are sent the very bytes that another one was, so few are taken apart. */
const known: { readonly payload: Buffer; readonly head: string }[] = [];
const KNOWN = 8;

function headOf(payload: Buffer): string {
  for (const each of known) if (each.payload.equals(payload)) return each.head;
  const head = inflateRawSync(Buffer.concat([payload, Buffer.from([0, 0, 0xff, 0xff, 3, 0])])).toString('latin1', 0, HEAD);
  known.unshift({ payload: Buffer.from(payload), head });
  known.length = Math.min(known.length, KNOWN);
  return head;
}

export interface Received {
  snapshots: number;
  deltas: number;
  logs: number;
  alerts: number;
  bytes: number;
  /** Deltas whose number was not the one after that before. */
  holes: number;
}

/** A page that costs as little as can be: it speaks WebSocket, Engine.IO and Socket.IO just enough to be sent everything, and looks at no more than the number of each delta. */
export class PageClient {
  readonly received: Received = { snapshots: 0, deltas: 0, logs: 0, alerts: 0, bytes: 0, holes: 0 };
  seq = 0;
  readonly #socket: Socket;
  #rest: Buffer | undefined;
  #open = false;
  /** Bytes of the current message not yet come. */
  #skip = 0;

  constructor(url: string, onLost: (reason: string) => void) {
    const { hostname, port, host } = new URL(url);
    const onread = {
      buffer: shared,
      callback: (length: number) => {
        this.received.bytes += length;
        this.#take(shared.subarray(0, length));
        return true;
      },
    };
    this.#socket = connect({ host: hostname, port: Number(port), noDelay: true, onread });
    this.#socket.on('error', ({ message }) => onLost(message));
    this.#socket.on('close', () => onLost('the server closed it'));
    const request = [
      'GET /socket.io/?EIO=4&transport=websocket HTTP/1.1',
      `Host: ${host}`,
      'Connection: Upgrade',
      'Upgrade: websocket',
      'Sec-WebSocket-Version: 13',
      // As browsers do.
      'Sec-WebSocket-Extensions: permessage-deflate; client_max_window_bits',
      `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ];
    this.#socket.write(`${request.join('\r\n')}\r\n\r\n`);
  }

  #take(read: Buffer): void {
    const rest = this.#consume(this.#rest === undefined ? read : Buffer.concat([this.#rest, read]));
    // A copy: the buffer is read into again.
    this.#rest = rest === undefined ? undefined : Buffer.from(rest);
  }

  /** Returns what is no whole message yet. */
  #consume(chunk: Buffer): Buffer | undefined {
    let at = 0;
    if (!this.#open) {
      const end = chunk.indexOf('\r\n\r\n');
      if (end < 0) return chunk;
      this.#open = true;
      at = end + 4;
    }
    for (;;) {
      const skipped = Math.min(this.#skip, chunk.length - at);
      this.#skip -= skipped;
      at += skipped;
      if (at === chunk.length) return undefined;
      const rest = chunk.subarray(at);
      const short = rest.length < 2 ? 0 : rest[1] & 127;
      const start = short === LENGTH_16 ? 4 : short === LENGTH_64 ? 10 : 2;
      if (rest.length < start) return rest;
      const length = start === 2 ? short : start === 4 ? rest.readUInt16BE(2) : Number(rest.readBigUInt64BE(2));
      const compressed = (rest[0] & COMPRESSED) !== 0;
      const end = start + (compressed ? length : Math.min(length, HEAD));
      if (rest.length < end) return rest;
      if ((rest[0] & 15) === TEXT) this.#read(compressed ? headOf(rest.subarray(start, end)) : rest.toString('latin1', start, end));
      at += start;
      this.#skip = length;
    }
  }

  #read(text: string): void {
    if (text.startsWith(DELTA)) {
      const seq = Number.parseInt(text.slice(DELTA.length), 10);
      if (this.seq !== 0 && seq !== this.seq + 1) this.received.holes++;
      this.seq = seq;
      this.received.deltas++;
    } else if (text.startsWith('42["snapshot"')) {
      this.seq = 0;
      this.received.snapshots++;
    } else if (text.startsWith('42["log"')) this.received.logs++;
    else if (text.startsWith('42["alerts"')) this.received.alerts++;
    // Engine.IO's "open" and "ping".
    else if (text.startsWith('0')) this.#send(`40${JSON.stringify({ version: PROTOCOL_VERSION })}`);
    else if (text === '2') this.#send('3');
  }

  /** A short text; what a client sends is masked, here with zeros. */
  #send(text: string): void {
    const body = Buffer.from(text);
    this.#socket.write(Buffer.concat([Buffer.from([0x81, 0x80 | body.length, 0, 0, 0, 0]), body]));
  }
}
