import { basename, dirname, join, resolve } from 'node:path';
import type { LedgerInfo } from '@weir/protocol';
import type { Key } from '../api/functions.js';
import { WeirError } from '../common/errors.js';
import { localPath } from '../common/external-path.js';
import type { FileSystem } from '../common/file-system.js';
import { NodeFileSystem } from '../common/node-file-system.js';
import { readKeyedSection } from '../state/keyed-section.js';
import { isKeyed } from '../state/keyed-state-checks.js';
import { readOperatorSection } from '../state/operator-section.js';
import type { RestoredSection, SectionKind } from '../state/state-backend.js';
import type { CheckpointMetadata, OpenOperatorState, OperatorStateHandle } from './checkpoint-storage.js';
import { isExchangeRecords } from './exchange-records.js';
import { readLedger } from './ledger.js';
import { METADATA_FILE, readMetadataIn } from './metadata.js';
import { openShared, operatorStateReader } from './operator-state-file.js';
import { plainValue, setOwn } from './plain-value.js';

/** Of one operator: `{"user1": {"abnormalCount": 2}, …}`, keys in order. */
export type KeyedStateByKey = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

export interface KeyedEntry {
  readonly subtask: number;
  readonly stateName: string;
  readonly keyGroup: number;
  readonly key: Key;
  readonly value: unknown;
}

export interface OperatorStateElements {
  readonly name: string;
  readonly subtask: number;
  readonly elements: readonly unknown[];
}

export interface OperatorSize {
  readonly uid: string;
  readonly name: string;
  readonly files: number;
  /** Bytes of its files. */
  readonly size: number;
  /** Payload bytes by kind of state; kinds that it has none of are absent. */
  readonly byKind: Readonly<Partial<Record<SectionKind, number>>>;
}

/** The list state in which a source's reader keeps its position, by Flink's name. */
export const SOURCE_READER_STATE = 'SourceReaderState';

/** A checkpoint or savepoint at rest, read for people and tools. Nothing is kept open between calls; each may throw `CorruptCheckpointError`. */
export class CheckpointReader {
  readonly directory: string;
  readonly metadata: CheckpointMetadata;
  readonly #fs: FileSystem;

  constructor(fs: FileSystem, directory: string, metadata: CheckpointMetadata) {
    this.#fs = fs;
    this.directory = directory;
    this.metadata = metadata;
  }

  /** Uids of the operators that have state of that kind here, as they stand in the metadata; the engine's own counts aside. */
  uidsWith(kind: SectionKind): readonly string[] {
    const is = (section: { readonly name: string; readonly kind: SectionKind }) =>
      kind === 'keyed' ? isKeyed(section.kind) : section.kind === kind && !isExchangeRecords(section);
    const has = (uid: string) => this.#handlesOf(uid).some((handle) => sectionsOf(handle).some(is));
    return this.metadata.operators.map(({ uid }) => uid).filter(has);
  }

  /** For states too large to hold at once. */
  async *keyedEntries(uid: string): AsyncGenerator<KeyedEntry> {
    for (const handle of this.#handlesOf(uid)) {
      const files: OpenedState[] = [];
      try {
        for (const open of this.#filesOf(uid, handle)) files.push(await open());
        const sections = files.flatMap((file) => file.sections.filter(({ kind }) => isKeyed(kind)));
        yield* latestEntries(handle.subtask, sections);
      } finally {
        for (const file of files) await file.close();
      }
    }
  }

  /** Values as JSON can say them. A number and a text that read the same are told apart by their type: `1` and `1 (number)`. */
  async keyedState(uid: string): Promise<KeyedStateByKey> {
    const byName = new Map<string, { key: Key; states: Record<string, unknown> }>();
    for await (const { key, stateName, value } of this.keyedEntries(uid)) {
      let name = String(key);
      let entry = byName.get(name);
      if (entry !== undefined && entry.key !== key) {
        name = `${name} (${typeof key})`;
        entry = byName.get(name);
      }
      if (entry === undefined) {
        entry = { key, states: {} };
        byName.set(name, entry);
      }
      setOwn(entry.states, stateName, plainValue(value));
    }
    const result: Record<string, Record<string, unknown>> = {};
    for (const name of [...byName.keys()].sort()) setOwn(result, name, byName.get(name)?.states);
    return result;
  }

  /** Every list state of the operator, subtask by subtask, the sources' positions too. */
  async operatorState(uid: string): Promise<readonly OperatorStateElements[]> {
    const lists: OperatorStateElements[] = [];
    for await (const { subtask, section } of this.#sections(uid, 'operator')) {
      if (isExchangeRecords(section)) continue;
      const elements: unknown[] = [];
      for await (const element of readOperatorSection(section)) elements.push(plainValue(element));
      lists.push({ name: section.name, subtask, elements });
    }
    return lists;
  }

  /** Where each source would go on, by its uid: the elements of its reader's state over all subtasks. */
  async offsets(): Promise<Readonly<Record<string, readonly unknown[]>>> {
    const offsets: Record<string, unknown[]> = {};
    for (const uid of this.uidsWith('operator')) {
      const lists = (await this.operatorState(uid)).filter(({ name }) => name === SOURCE_READER_STATE);
      if (lists.length > 0)
        setOwn(
          offsets,
          uid,
          lists.flatMap(({ elements }) => elements),
        );
    }
    return offsets;
  }

  /** What passed between the vertices up to it; undefined for one of a Weir that did not count. */
  ledger(): Promise<LedgerInfo | undefined> {
    return readLedger(operatorStateReader(this.#fs), this.directory, this.metadata);
  }

  sizes(): readonly OperatorSize[] {
    return this.metadata.operators.map(({ uid, name, handles }) => {
      const byKind: Partial<Record<SectionKind, number>> = {};
      for (const { kind, size } of handles.flatMap(sectionsOf)) byKind[kind] = (byKind[kind] ?? 0) + size;
      const files = handles.flatMap((handle) => [handle, ...(handle.shared ?? [])]);
      return { uid, name, files: files.length, size: files.reduce((sum, { size }) => sum + size, 0), byKind };
    });
  }

  #handlesOf(uid: string) {
    const operator = this.metadata.operators.find((each) => each.uid === uid);
    if (operator === undefined) throw new WeirError('NOT_FOUND', `${this.directory} has no operator with uid ${uid}`);
    return [...operator.handles].sort((a, b) => a.subtask - b.subtask);
  }

  #filesOf(uid: string, handle: OperatorStateHandle): readonly (() => Promise<OpenedState>)[] {
    const open = operatorStateReader(this.#fs);
    const { jobId, checkpointId } = this.metadata;
    return [
      () => open(this.directory, { jobId, checkpointId, operatorUid: uid, subtask: handle.subtask }, handle),
      ...(handle.shared ?? []).map((shared) => () => openShared(open, this.directory, { jobId, operatorUid: uid }, shared)),
    ];
  }

  async *#sections(uid: string, kind: SectionKind): AsyncGenerator<{ subtask: number; section: RestoredSection }> {
    const open = operatorStateReader(this.#fs);
    const { jobId, checkpointId } = this.metadata;
    for (const handle of this.#handlesOf(uid)) {
      const opened = await open(this.directory, { jobId, checkpointId, operatorUid: uid, subtask: handle.subtask }, handle);
      try {
        for (const section of opened.sections) if (section.kind === kind) yield { subtask: handle.subtask, section };
      } finally {
        await opened.close();
      }
    }
  }
}

type OpenedState = Awaited<ReturnType<OpenOperatorState>>;

const sectionsOf = (handle: OperatorStateHandle) => [handle, ...(handle.shared ?? [])].flatMap(({ sections }) => sections);

/** Of sections that are applied in order, what each key has in the end: from the last to the first, the first time it is met. Holds the keys of all but the first. */
async function* latestEntries(subtask: number, sections: readonly RestoredSection[]): AsyncGenerator<KeyedEntry> {
  for (const name of new Set(sections.map((section) => section.name))) {
    const [first, ...later] = sections.filter((section) => section.name === name);
    const seen = new Set<Key>();
    for (const section of [...later.reverse(), first]) {
      for await (const { keyGroup, key, value, removed } of readKeyedSection(section)) {
        if (seen.has(key)) continue;
        if (section !== first) seen.add(key);
        if (removed !== true) yield { subtask, stateName: name, keyGroup, key, value };
      }
    }
  }
}

export async function readCheckpoint(path: string, fs: FileSystem = new NodeFileSystem()): Promise<CheckpointReader> {
  const directory = await resolveCheckpointPath(path, fs);
  return new CheckpointReader(fs, directory, await readMetadataIn(fs, directory));
}

/** The absolute directory that a person means by `chk-4`, a savepoint's directory, its `_metadata`, or one of these as a `file:` URL. */
export async function resolveCheckpointPath(path: string, fs: FileSystem = new NodeFileSystem()): Promise<string> {
  const given = resolve(localPath(path));
  const directory = basename(given) === METADATA_FILE ? dirname(given) : given;
  const found = await fs.stat(directory);
  if (found === undefined) throw new WeirError('NOT_FOUND', `there is no checkpoint at ${path}`);
  if (!found.isDirectory) throw new WeirError('NOT_FOUND', `${path} is a file; give the checkpoint's directory or its ${METADATA_FILE}`);
  if ((await fs.stat(join(directory, METADATA_FILE))) === undefined) {
    const inner = (await fs.readdir(directory)).find((name) => /^(chk-|savepoint-)/.test(name));
    const hint = inner === undefined ? 'it was never completed' : `give one of those in it, such as ${join(path, inner)}`;
    throw new WeirError('NOT_FOUND', `${path} is not a checkpoint, it has no ${METADATA_FILE}: ${hint}`);
  }
  return directory;
}
