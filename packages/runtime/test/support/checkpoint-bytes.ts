import { mkdir } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { CheckpointReader } from '@weir/runtime/storage';
import { isExchangeRecords } from '../../src/checkpoint/exchange-records.js';
import { FileSystemCheckpointStorage } from '../../src/checkpoint/file-system-checkpoint-storage.js';
import { operatorStateReader, operatorStateWriter } from '../../src/checkpoint/operator-state-file.js';
import { NodeFileSystem } from '../../src/common/node-file-system.js';
import { recordsIn } from '../../src/network/in-flight-records.js';
import type { RestoredSection, SnapshotSection } from '../../src/state/state-backend.js';

const fs = new NodeFileSystem();

async function* sectionsOf({ directory, metadata }: CheckpointReader) {
  const { jobId, checkpointId } = metadata;
  for (const { uid, handles } of metadata.operators) {
    for (const handle of handles) {
      const identity = { jobId, checkpointId, operatorUid: uid, subtask: handle.subtask };
      const file = await operatorStateReader(fs)(directory, identity, handle);
      yield { uid, handle, sections: file.sections };
      await file.close();
    }
  }
}

async function bytesOf(section: RestoredSection): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of section.chunks()) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** One channel's in-flight data in a checkpoint. */
interface ChannelInFlight {
  readonly edge: string;
  readonly from: number;
  readonly to: number;
  /** Whole records, as their entries lay there. */
  readonly records: readonly Uint8Array[];
}

/** What a channel's reader held and what its writer held back are one stretch: a record may be cut between them. */
export async function channelsInFlight(reader: CheckpointReader): Promise<readonly ChannelInFlight[]> {
  const channels = new Map<string, { edge: string; from: number; to: number; held: Buffer; back: Buffer }>();
  for await (const { handle, sections } of sectionsOf(reader)) {
    for (const section of sections) {
      if (section.kind !== 'input-channel' && section.kind !== 'output-channel') continue;
      const [edge = '', peer = ''] = section.name.split('@');
      const input = section.kind === 'input-channel';
      const [from, to] = input ? [Number(peer), handle.subtask] : [handle.subtask, Number(peer)];
      const name = `${edge} ${from} ${to}`;
      const channel = channels.get(name) ?? { edge, from, to, held: Buffer.alloc(0), back: Buffer.alloc(0) };
      channels.set(name, { ...channel, [input ? 'held' : 'back']: await bytesOf(section) });
    }
  }
  return [...channels.values()].map(({ edge, from, to, held, back }) => ({
    edge,
    from,
    to,
    records: [...recordsIn(Buffer.concat([held, back]))].map(({ entries }) => entries),
  }));
}

/** Records that lie in a checkpoint's in-flight data, decoded from its bytes, by exchange. */
export async function recordsInFlight(reader: CheckpointReader): Promise<ReadonlyMap<string, number>> {
  const counts = new Map<string, number>();
  for (const { edge, records } of await channelsInFlight(reader)) counts.set(edge, (counts.get(edge) ?? 0) + records.length);
  return counts;
}

/** Writes the same checkpoint as a Weir that did not count records wrote it; returns its directory. */
export async function withoutCounts(reader: CheckpointReader): Promise<string> {
  const directory = join(dirname(reader.directory), '..', '..', 'older', basename(reader.directory));
  await mkdir(directory, { recursive: true });
  const { metadata } = reader;
  const handles = new Map<string, (typeof metadata.operators)[number]['handles'][number][]>();
  for await (const { uid, handle, sections } of sectionsOf(reader)) {
    const kept: SnapshotSection[] = [];
    for (const section of sections.filter((each) => !isExchangeRecords(each))) {
      const chunks = await Promise.all([bytesOf(section)]);
      kept.push({ name: section.name, kind: section.kind, schema: section.schema, count: 1, nextChunk: () => chunks.pop() ?? null });
    }
    const identity = {
      jobId: metadata.jobId,
      checkpointId: metadata.checkpointId,
      operatorUid: uid,
      subtask: handle.subtask,
      attempt: handle.attempt,
    };
    const written = await operatorStateWriter(fs, Math.random)(directory, identity, kept, async () => {});
    if (written !== undefined) handles.set(uid, [...(handles.get(uid) ?? []), written]);
  }
  const storage = new FileSystemCheckpointStorage(fs, directory, directory, Math.random);
  const operators = metadata.operators.map((operator) => ({ ...operator, handles: handles.get(operator.uid) ?? [] }));
  await storage.writeMetadata(directory, { ...metadata, operators });
  return directory;
}
