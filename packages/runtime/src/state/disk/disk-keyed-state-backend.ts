import { setImmediate as nextTurn } from 'node:timers/promises';
import type { ValueState, ValueStateDescriptor } from '../../api/state.js';
import type { TypeSchema } from '../../api/types.js';
import type { SharedStateHandle } from '../../checkpoint/checkpoint-storage.js';
import type { KeyGroupRange } from '../../graph/key-groups.js';
import { serializerFor } from '../../memory/serializers.js';
import { restoreKeyedSection } from '../keyed-restore.js';
import { checkKeyGroups, incompatibleState, stateTaken } from '../keyed-state-checks.js';
import { sameType } from '../schema-equality.js';
import type { KeyedStateBackend, KeyedStateBackendOptions, RestoredSection, SnapshotRequest, StateSnapshot } from '../state-backend.js';
import { StateError } from '../state-error.js';
import type { Chain } from './checkpoint-chain.js';
import type { StoredRun } from './disk-sections.js';
import { DiskSnapshot } from './disk-snapshot.js';
import { type DiskMemory, DiskState, type StoredBytes } from './disk-state.js';
import { DiskValueState } from './disk-value-state.js';
import type { KeyedStore } from './keyed-store.js';
import { RecordArena } from './record-arena.js';
import { MOST_STATES, StoreKeys } from './store-keys.js';
import { giveUpRun, writeOut } from './write-out.js';

/** What is restored belongs to it: a 0 stands for no epoch in a record. */
const RESTORED = 1;
/** Of one of the two arenas: beyond it the full one goes into the store. */
const ARENA_BYTES = 32 * 1024 * 1024;

export interface DiskKeyedStateBackendOptions extends KeyedStateBackendOptions {
  readonly store: KeyedStore;
  /** The task is not to go on before that promise has resolved: memory has to be written out first. */
  readonly waitFor: (promise: Promise<unknown>) => void;
  readonly arenaBytes?: number;
}

/**
 * Keyed state larger than memory: entries in a store on disk, in front of it two arenas of those used last. A full arena becomes the old one and is written out
 * while the stream goes on; it still answers until the next is full.
 *
 * Checkpoints are incremental. Every change is stamped with the epoch (the stretch between two snapshots) that it was made in, and a checkpoint writes what
 * changed after the last one that is known to be complete, into a file that later checkpoints refer to.
 */
export class DiskKeyedStateBackend implements KeyedStateBackend, DiskMemory {
  readonly keyGroupRange: KeyGroupRange;
  young: RecordArena;
  old: RecordArena | undefined;
  epoch = RESTORED + 1;
  shown = -1;
  readonly #options: DiskKeyedStateBackendOptions;
  readonly #keys: StoreKeys;
  readonly #arenaBytes: number;
  readonly #states = new Map<string, DiskState>();
  readonly #given = new Map<string, { readonly defaultValue: unknown; readonly state: ValueState<unknown> }>();
  /** Changes that left memory and that no completed checkpoint holds yet. */
  #runs: StoredRun[] = [];
  #oldRun: StoredRun | undefined;
  #nextRun = 0;
  #nothingStored = true;
  #writing: Promise<void> | undefined;
  #waited = false;
  #failure: unknown;
  #disposed = false;
  #snapshot: DiskSnapshot | undefined;
  #chain: Chain | undefined;
  /** The last epoch that the chain has. */
  #confirmed = RESTORED;
  readonly #pending = new Map<number, { readonly epoch: number; readonly chain: Chain }>();

  constructor(options: DiskKeyedStateBackendOptions) {
    checkKeyGroups(options);
    this.#options = options;
    this.keyGroupRange = options.keyGroupRange;
    this.#keys = new StoreKeys(options.store.maxKeyBytes);
    this.#arenaBytes = options.arenaBytes ?? ARENA_BYTES;
    this.young = this.#newArena();
  }

  getValueState<T>(descriptor: ValueStateDescriptor<T>): ValueState<T> {
    const { name, defaultValue } = descriptor;
    const { schema } = descriptor.type;
    const known = this.#states.get(name);
    const given = this.#given.get(name);
    if (known !== undefined && !sameType(known.schema, schema)) {
      throw (given === undefined ? incompatibleState : stateTaken)(this.#options.operatorUid, name, known.schema, schema);
    }
    if (given !== undefined && Object.is(given.defaultValue, defaultValue)) return given.state as ValueState<T>;
    if (defaultValue !== undefined) serializerFor(schema).check(defaultValue);
    const state = new DiskValueState(known ?? this.#newState(name, schema), defaultValue);
    this.#given.set(name, { defaultValue, state });
    return state as ValueState<unknown> as ValueState<T>;
  }

  snapshot(request: SnapshotRequest): StateSnapshot {
    if (this.#snapshot !== undefined) {
      throw new StateError(`operator ${this.#options.operatorUid}: a snapshot is under way; release it before the next`);
    }
    const snapshot = new DiskSnapshot(request, {
      states: [...this.#states.values()],
      epoch: this.epoch,
      arenas: this.old === undefined ? [this.young] : [this.old, this.young],
      runs: [...this.#runs],
      store: this.#options.store,
      completed: () => {
        this.#throwFailure();
        return { chain: this.#chain, epoch: this.#confirmed };
      },
      written: (epoch, chain) => this.#pending.set(request.checkpointId, { epoch, chain }),
      released: () => {
        if (this.#snapshot !== snapshot) return;
        this.#snapshot = undefined;
        this.shown = -1;
      },
    });
    this.#snapshot = snapshot;
    this.shown = this.epoch++;
    return snapshot;
  }

  /** The chain that a restore came from goes on: what was restored is what it has. */
  continueChain(directory: string, files: readonly SharedStateHandle[]): void {
    this.#chain = { directory, files };
  }

  notifyCheckpointComplete(checkpointId: number): void {
    const pending = this.#pending.get(checkpointId);
    if (pending === undefined) return;
    this.#chain = pending.chain;
    this.#confirmed = pending.epoch;
    for (const id of [...this.#pending.keys()]) if (id <= checkpointId) this.#pending.delete(id);
    const { store } = this.#options;
    const held = (run: StoredRun) => run.until <= pending.epoch;
    for (const run of this.#runs.filter(held)) giveUpRun(run, store);
    this.#runs = this.#runs.filter((run) => !held(run));
    if (this.#oldRun === undefined || !held(this.#oldRun)) return;
    giveUpRun(this.#oldRun, store);
    this.#oldRun = undefined;
  }

  notifyCheckpointAborted(checkpointId: number): void {
    this.#pending.delete(checkpointId);
  }

  async restore(section: RestoredSection): Promise<void> {
    // So that the next changes are told from it.
    const { epoch } = this;
    this.epoch = RESTORED;
    try {
      await restoreKeyedSection(section, {
        ...this.#options,
        stateOf: (name, schema) => {
          const known = this.#states.get(name);
          if (known !== undefined && !sameType(known.schema, schema))
            throw incompatibleState(this.#options.operatorUid, name, schema, known.schema);
          const state = known ?? this.#newState(name, schema);
          return state;
        },
        // Of a state larger than memory no more is taken in than is written out.
        turn: async () => {
          if (this.young.used > this.#arenaBytes) await this.#writing;
          this.#throwFailure();
        },
      });
    } finally {
      this.epoch = epoch;
    }
  }

  /** What memory holds is found without waiting for more of it than a probe or two. */
  touch(): void {}

  size(stateName: string): number {
    return this.#states.get(stateName)?.size ?? 0;
  }

  get memoryUsed(): number {
    return this.young.memoryUsed + (this.old?.memoryUsed ?? 0);
  }

  dispose(): void {
    if (this.#disposed) return;
    this.#disposed = true;
    this.#snapshot?.release();
    for (const state of this.#states.values()) state.forget();
    this.#states.clear();
    this.#given.clear();
    void (this.#writing ?? Promise.resolve()).then(() => this.#options.store.close()).catch(() => {});
  }

  // DiskMemory

  stored(state: number, keyGroup: number, key: Uint8Array, position: number, length: number): StoredBytes | undefined {
    this.#throwFailure();
    if (this.#nothingStored) return undefined;
    const storeKey = this.#keys.of(state, keyGroup, key, position, length);
    const bytes = this.#options.store.get(storeKey);
    return bytes === undefined ? undefined : { storeKey, bytes };
  }

  grown(): void {
    if (this.young.used <= this.#arenaBytes) return;
    if (this.#writing === undefined) {
      this.#rotate();
      return;
    }
    if (this.#waited) return;
    this.#waited = true;
    this.#options.waitFor(this.#writing);
  }

  #rotate(): void {
    if (this.#oldRun !== undefined) this.#runs.push(this.#oldRun);
    this.#oldRun = undefined;
    const full = this.young;
    this.old = full;
    // It will be full as well; memory that is not used yet costs nothing.
    this.young = this.#newArena(full.segment.size);
    this.#nothingStored = false;
    this.#waited = false;
    const { store } = this.#options;
    const states = [...this.#states.values()];
    this.#writing = writeOut({
      arena: full,
      states,
      store,
      keys: this.#keys,
      since: this.#confirmed,
      until: this.epoch,
      run: this.#nextRun++,
      turn: () => this.#turn(),
    })
      .then(
        (run) => {
          this.#oldRun = run;
        },
        (error: unknown) => {
          this.#failure = error;
        },
      )
      .finally(() => {
        this.#writing = undefined;
      });
  }

  async #turn(): Promise<void> {
    await nextTurn();
    if (this.#disposed) throw new StateError(`operator ${this.#options.operatorUid}: its state has been given up`);
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }

  #newArena(bytes?: number): RecordArena {
    const { start, end } = this.#options.keyGroupRange;
    return new RecordArena(end - start + 1, bytes);
  }

  #newState(name: string, schema: TypeSchema): DiskState {
    const { keyContext, maxParallelism, keyGroupRange, operatorUid } = this.#options;
    if (this.#states.size === MOST_STATES) throw new StateError(`operator ${operatorUid}: more than ${MOST_STATES} states`);
    const state = new DiskState(this.#states.size, name, schema, keyContext, maxParallelism, keyGroupRange, this);
    this.#states.set(name, state);
    return state;
  }
}
