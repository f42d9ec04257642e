import type { AlertEntry, CommandAcknowledgement, DashboardState, LogLine } from '@weir/protocol';
import { create } from 'zustand';
import type { Command } from './commands.js';

export type ConnectionStatus = 'connecting' | 'connected' | 'disconnected';

/** What the page knows. `socket.ts` alone writes it; everything else reads it through selectors. */
export interface Dashboard {
  readonly connection: ConnectionStatus;
  /** When `connection` was entered, by this browser's clock. */
  readonly since: number;
  /** When the next attempt to connect is made, by this browser's clock, while disconnected. */
  readonly retryAt: number | undefined;
  /** Undefined until the first snapshot; while disconnected what was last known. */
  readonly state: DashboardState | undefined;
  /** The server's clock less this browser's, ms: add it to `Date.now()` before comparing with a time of the state. */
  readonly clockOffset: number;
  /** Oldest first, bounded. */
  readonly log: readonly LogLine[];
  /** Lines that the server left out for this page since it connected. */
  readonly logDropped: number;
  /** Each once, by its id, bounded: the committed ones by number, without a hole once what was missed is fetched, then the others. */
  readonly alerts: readonly AlertEntry[];
  /** The newest committed alert's number. */
  readonly lastAlert: number;
  /** Resolves with the engine's answer; never rejects. */
  readonly send: (command: Command) => Promise<CommandAcknowledgement>;
}

export const useDashboard = create<Dashboard>(() => ({
  connection: 'connecting',
  since: Date.now(),
  retryAt: undefined,
  state: undefined,
  clockOffset: 0,
  log: [],
  logDropped: 0,
  alerts: [],
  lastAlert: 0,
  send: () => Promise.resolve({ ok: false, code: 'DISCONNECTED', message: 'The page is not connected to the server.' }),
}));
