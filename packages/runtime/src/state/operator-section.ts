import type { TypeSerializer } from '../api/types.js';
import { CorruptCheckpointError, InvalidConfigurationError } from '../common/errors.js';
import { MemorySegment } from '../memory/memory-segment.js';
import { serializerFor } from '../memory/serializers.js';
import type { RestoredSection, SnapshotSection, StateSchema } from './state-backend.js';

/**
 * Bytes of a section of kind 'operator', little endian: magic u32 · version u16 · 0 u16 · then for each element its length u32 and the bytes of its
 * serializer · at the end 0xFFFFFFFF u32 · number of elements u32. So elements can be dealt out anew without being understood.
 *
 * History: 1, the first.
 */
const MAGIC = 0x31534f57; // 'WOS1'
const VERSION = 1;
const HEADER_BYTES = 8;
const END_MARK = 0xffff_ffff;
const CHUNK_BYTES = 64 * 1024;

/** Each element in bytes of its own. */
export function serializeElements<T>(serializer: TypeSerializer<T>, elements: readonly T[]): Uint8Array[] {
  return elements.map((element) => {
    const segment = MemorySegment.allocate(serializer.maxSize(element));
    return segment.u8.subarray(0, serializer.write(element, segment, 0));
  });
}

/** Elements, as bytes, of list state, ready to be written. The content is fixed when this is called. */
export function operatorSection(name: string, schema: StateSchema, elements: readonly Uint8Array[]): SnapshotSection {
  const chunks = chunksOf(elements);
  return {
    name,
    kind: 'operator',
    schema,
    count: elements.length,
    nextChunk: () => {
      const next = chunks.next();
      return next.done === true ? null : next.value;
    },
  };
}

/** The same as it comes out of a checkpoint: to hand dealt-out elements to a backend's `restore`. */
function restoredOperatorSection(name: string, schema: StateSchema, elements: readonly Uint8Array[]): RestoredSection {
  return {
    name,
    kind: 'operator',
    schema,
    async *chunks() {
      yield* chunksOf(elements);
    },
  };
}

function* chunksOf(elements: readonly Uint8Array[]): Generator<Uint8Array, void, undefined> {
  let chunk = MemorySegment.allocate(CHUNK_BYTES);
  chunk.view.setUint32(0, MAGIC, true);
  chunk.view.setUint16(4, VERSION, true);
  let end = HEADER_BYTES;
  for (const element of elements) {
    // 8: room for the end, too.
    if (end + 4 + element.length + 8 > chunk.size) {
      yield chunk.u8.subarray(0, end);
      chunk = MemorySegment.allocate(Math.max(CHUNK_BYTES, element.length + 12));
      end = 0;
    }
    chunk.view.setUint32(end, element.length, true);
    chunk.u8.set(element, end + 4);
    end += 4 + element.length;
  }
  chunk.view.setUint32(end, END_MARK, true);
  chunk.view.setUint32(end + 4, elements.length, true);
  yield chunk.u8.subarray(0, end + 8);
}

/** The elements of a section as bytes, each its own copy. Throws `CorruptCheckpointError`, with the section's name as path. */
async function* readRawOperatorSection(section: RestoredSection): AsyncGenerator<Uint8Array, void, undefined> {
  if (section.kind !== 'operator' || section.schema === null)
    throw new CorruptCheckpointError(section.name, 'it is not a section of operator state');
  // Small by nature: put together first, read then.
  const chunks: Uint8Array[] = [];
  for await (const chunk of section.chunks()) chunks.push(chunk.slice());
  const bytes = Buffer.concat(chunks);
  const corrupt = (what: string): never => {
    throw new CorruptCheckpointError(section.name, what);
  };
  if (bytes.length < HEADER_BYTES + 8) corrupt('it ends too early');
  if (bytes.readUInt32LE(0) !== MAGIC) corrupt('it does not begin as operator state does');
  if (bytes.readUInt16LE(4) !== VERSION) corrupt(`its format version is ${bytes.readUInt16LE(4)}; this Weir reads ${VERSION}`);
  let count = 0;
  for (let at = HEADER_BYTES; ; ) {
    if (at + 8 > bytes.length) corrupt('it ends too early');
    const length = bytes.readUInt32LE(at);
    at += 4;
    if (length === END_MARK) {
      if (bytes.readUInt32LE(at) !== count) corrupt(`${count} elements have come of ${bytes.readUInt32LE(at)}`);
      if (at + 4 !== bytes.length) corrupt('there is more after its end');
      return;
    }
    if (at + length > bytes.length) corrupt('an element reaches beyond its end');
    yield new Uint8Array(bytes.subarray(at, at + length));
    at += length;
    count++;
  }
}

/** The elements of a section of kind 'operator', in order. Throws `CorruptCheckpointError`, with the section's name as path. */
export async function* readOperatorSection(section: RestoredSection): AsyncGenerator<unknown, void, undefined> {
  for await (const bytes of readRawOperatorSection(section)) {
    const segment = MemorySegment.allocate(bytes.length);
    segment.u8.set(bytes);
    let element: unknown;
    try {
      element = serializerFor(section.schema!.type).read(segment, 0);
    } catch (error) {
      throw new CorruptCheckpointError(section.name, `an element cannot be read: ${(error as Error).message}`);
    }
    yield element;
  }
}

/** What subtask `index` of `parallelism` gets of a list state: round robin over all elements of all old subtasks, in order of subtask. */
export function redistributeListState<T>(elements: readonly T[], parallelism: number, index: number): T[] {
  if (!Number.isInteger(parallelism) || parallelism < 1 || !Number.isInteger(index) || index < 0 || index >= parallelism) {
    throw new InvalidConfigurationError(`there is no subtask ${index} of ${parallelism}`);
  }
  return elements.filter((_, i) => i % parallelism === index);
}

/**
 * The same for whole sections: given the operator sections of all old subtasks, in order of subtask, returns those that subtask `index` of `parallelism` restores,
 * one a name. For an unchanged parallelism give each subtask its own sections instead, as Flink does.
 */
export async function redistributeOperatorSections(
  sections: Iterable<RestoredSection>,
  parallelism: number,
  index: number,
): Promise<RestoredSection[]> {
  const byName = new Map<string, { readonly schema: StateSchema; readonly elements: Uint8Array[] }>();
  for (const section of sections) {
    if (section.schema === null) throw new CorruptCheckpointError(section.name, 'it is not a section of operator state');
    const state = byName.get(section.name) ?? { schema: section.schema, elements: [] };
    byName.set(section.name, state);
    for await (const element of readRawOperatorSection(section)) state.elements.push(element);
  }
  return [...byName].map(([name, { schema, elements }]) =>
    restoredOperatorSection(name, schema, redistributeListState(elements, parallelism, index)),
  );
}
