import { deltaEnvelope, snapshotEnvelope } from '../schemas.js';
import { type DashboardState, type DeltaMessage, PROTOCOL_VERSION, type SnapshotMessage } from '../wire.js';
import { apply, ChangeError } from './apply.js';

/**
 * - `updated`: `state` is newer than before;
 * - `ignored`: a message that came twice, too late, or while a snapshot is awaited;
 * - `resync`: deltas are missing, or do not fit: send `resync` (said once; what comes until the snapshot is ignored);
 * - `incompatible`: the server speaks another version of the protocol: only loading the page anew helps.
 */
export type MirrorResult = 'updated' | 'ignored' | 'resync' | 'incompatible';

/** The server's state as a client knows it. It never shows a state that the server did not have: what does not fit is refused. */
export class StateMirror {
  #state: DashboardState | undefined;
  #seq = 0;
  #awaitsSnapshot = true;

  /** The newest state known, also while a snapshot is awaited; undefined before the first. */
  get state(): DashboardState | undefined {
    return this.#state;
  }

  get seq(): number {
    return this.#seq;
  }

  snapshot(message: unknown): MirrorResult {
    const envelope = snapshotEnvelope.safeParse(message);
    if (!envelope.success || envelope.data.version !== PROTOCOL_VERSION) return 'incompatible';
    const { seq, state } = message as SnapshotMessage;
    // Numbers begin anew with each start of the server; within one, a lower number is a snapshot that was overtaken.
    if (this.#state?.server.startedAt === state.server.startedAt && seq < this.#seq) return 'ignored';
    this.#state = state;
    this.#seq = seq;
    this.#awaitsSnapshot = false;
    return 'updated';
  }

  delta(message: unknown): MirrorResult {
    const envelope = deltaEnvelope.safeParse(message);
    if (!envelope.success) return this.#resync();
    const { seq, changes } = message as DeltaMessage;
    if (this.#awaitsSnapshot || this.#state === undefined || seq <= this.#seq) return 'ignored';
    if (seq !== this.#seq + 1) return this.#resync();
    try {
      this.#state = apply(this.#state, changes);
    } catch (error) {
      if (error instanceof ChangeError) return this.#resync();
      throw error;
    }
    this.#seq = seq;
    return 'updated';
  }

  /** The connection is gone: what comes on the next one begins with a snapshot. */
  disconnected(): void {
    this.#awaitsSnapshot = true;
  }

  #resync(): MirrorResult {
    if (this.#awaitsSnapshot) return 'ignored';
    this.#awaitsSnapshot = true;
    return 'resync';
  }
}
