import { PageClient, type Received } from './page-client.js';

/** What `many-pages` answers to any message, about all its clients. */
export interface PagesReport extends Received {
  /** Deltas of the client that got fewest, and the lowest and highest number that a client has. */
  readonly fewestDeltas: number;
  readonly lowest: number;
  readonly highest: number;
  /** Lost, with the reason of the first. */
  readonly lost: number;
  readonly reason?: string;
}

/** Connections are begun so many at a time. */
const AT_ONCE = 20;

const [url, count] = process.argv.slice(2);
const clients: PageClient[] = [];
const lost: string[] = [];

function report(): PagesReport {
  const sum = (of: keyof Received) => clients.reduce((total, { received }) => total + received[of], 0);
  const numbers = clients.map(({ seq }) => seq);
  return {
    snapshots: sum('snapshots'),
    deltas: sum('deltas'),
    logs: sum('logs'),
    alerts: sum('alerts'),
    bytes: sum('bytes'),
    holes: sum('holes'),
    fewestDeltas: Math.min(...clients.map(({ received }) => received.deltas)),
    lowest: Math.min(...numbers),
    highest: Math.max(...numbers),
    lost: lost.length,
    ...(lost.length > 0 ? { reason: lost[0] } : {}),
  };
}

async function begin(): Promise<void> {
  for (let n = 0; n < Number(count); n++) {
    clients.push(new PageClient(url, (reason) => lost.push(reason)));
    if (n % AT_ONCE === AT_ONCE - 1) await settled();
  }
  await settled();
  process.send?.(report());
}

/** Every client so far has its snapshot, or is lost. */
async function settled(): Promise<void> {
  while (lost.length === 0 && clients.some(({ received }) => received.snapshots === 0))
    await new Promise((resolve) => setTimeout(resolve, 5));
}

process.on('message', () => process.send?.(report()));
process.on('disconnect', () => process.exit());
await begin();
