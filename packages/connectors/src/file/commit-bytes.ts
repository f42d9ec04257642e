import type { CommitPart } from '@weir/runtime';

const NEWLINE = 10;

/** The bytes of all parts, in order of subtask. Throws if one does not end with a whole line: then it is not what a writer made. */
export async function* bytesOf(parts: readonly CommitPart[]): AsyncIterable<Uint8Array> {
  for (const part of parts) {
    let last = NEWLINE;
    for await (const bytes of part.bytes) {
      if (bytes.length === 0) continue;
      last = bytes[bytes.length - 1];
      yield bytes;
    }
    if (last !== NEWLINE) throw new Error(`the part of subtask ${part.subtask} ends within a line`);
  }
}

export function countLines(bytes: Uint8Array): number {
  let lines = 0;
  for (let at = bytes.indexOf(NEWLINE); at !== -1; at = bytes.indexOf(NEWLINE, at + 1)) lines++;
  return lines;
}
