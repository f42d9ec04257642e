import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Posted {
  readonly id: string;
  readonly type: string;
  readonly data: { readonly kind?: string; readonly message: string };
}

/** A receiver of webhooks that takes everything. */
export class Listener {
  readonly posted: Posted[] = [];
  readonly #server: Server;

  private constructor() {
    this.#server = createServer(async (request, response) => {
      let body = '';
      for await (const chunk of request) body += chunk;
      this.posted.push({ id: String(request.headers['webhook-id']), ...(JSON.parse(body) as Omit<Posted, 'id'>) });
      response.end();
    });
  }

  static async start(): Promise<Listener> {
    const listener = new Listener();
    await new Promise<void>((resolve) => listener.#server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/hook`;
  }

  messages(type: string): readonly string[] {
    return this.posted.filter((each) => each.type === type).map(({ data }) => data.message);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
