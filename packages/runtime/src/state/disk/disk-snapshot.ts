import { dirname } from 'node:path';
import type { SharedStateHandle } from '../../checkpoint/checkpoint-storage.js';
import type { IncrementalSnapshot, SnapshotRequest, SnapshotSection, StateSnapshot } from '../state-backend.js';
import { type Chain, mayExtend } from './checkpoint-chain.js';
import { ArenaView, ChangesSection, FullSection, RunSection, type StoredRun } from './disk-sections.js';
import type { DiskState } from './disk-state.js';
import type { KeyedStore, KeyedStoreSnapshot } from './keyed-store.js';
import type { RecordArena } from './record-arena.js';

export interface SnapshotParts {
  readonly states: readonly DiskState[];
  /** Its last epoch. */
  readonly epoch: number;
  /** Older first. */
  readonly arenas: readonly RecordArena[];
  readonly runs: readonly StoredRun[];
  readonly store: KeyedStore;
  /** What the last completed checkpoint has, as far as is known now. */
  readonly completed: () => { readonly chain: Chain | undefined; readonly epoch: number };
  readonly written: (epoch: number, chain: Chain) => void;
  readonly released: () => void;
}

/** A savepoint has all entries as sections of its own; a checkpoint's keyed state is a chain of files, to which it adds one. */
export class DiskSnapshot implements StateSnapshot {
  readonly sections: readonly SnapshotSection[];
  readonly incremental: IncrementalSnapshot | undefined;
  readonly #parts: SnapshotParts;
  readonly #views: readonly ArenaView[];
  readonly #stored: KeyedStoreSnapshot;
  #full: readonly FullSection[] = [];
  #changes: readonly ChangesSection[] = [];
  #released = false;

  constructor(request: SnapshotRequest, parts: SnapshotParts) {
    this.#parts = parts;
    this.#views = parts.arenas.map((arena) => new ArenaView(arena, parts.epoch));
    this.#stored = parts.store.snapshot();
    this.#full = parts.states.map((state) => new FullSection(state, this.#views, this.#stored));
    this.sections = request.savepoint ? this.#full : [];
    this.incremental = request.savepoint ? undefined : { begin: (location) => this.#begin(location) };
  }

  readonly release = (): void => {
    if (this.#released) return;
    this.#released = true;
    for (const section of [...this.#full, ...this.#changes]) section.released = true;
    this.#stored.release();
    this.#parts.released();
  };

  /** Only now is it known for certain whether the checkpoint before is complete, and so what this one may build on. */
  #begin(location: string): ReturnType<IncrementalSnapshot['begin']> {
    const { completed, epoch, runs, written } = this.#parts;
    const { chain, epoch: since } = completed();
    const missing = runs.filter((run) => run.until > since);
    const extends_ = mayExtend(
      chain,
      location,
      missing.reduce((sum, run) => sum + run.bytes, 0),
    );
    const before = extends_ ? chain.files : [];
    return {
      files: before,
      sections: extends_ ? this.#changesAfter(since, missing) : this.#full,
      written: (file: SharedStateHandle | undefined) => {
        const files = file === undefined ? before : [...before, file];
        written(epoch, { directory: dirname(location), files });
        return files;
      },
    };
  }

  #changesAfter(since: number, runs: readonly StoredRun[]): SnapshotSection[] {
    const { states, store } = this.#parts;
    const stored = runs.flatMap((run) => run.parts.map((part) => new RunSection(run, part, (key) => store.get(key))));
    this.#changes = this.#views.flatMap((view) =>
      states.filter((state) => view.hasChanges(state.index, since)).map((state) => new ChangesSection(state, view, since)),
    );
    return [...stored, ...this.#changes];
  }
}
