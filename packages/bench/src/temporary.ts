import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Calls `undo` when this process ends in the midst of things; the returned function takes that back. */
export function atExit(undo: () => void): () => void {
  process.on('exit', undo);
  return () => void process.off('exit', undo);
}

export interface TemporaryDirectory {
  readonly path: string;
  remove(): Promise<void>;
}

/** A directory of its own, gone with this process whatever ends it but SIGKILL. */
export async function temporaryDirectory(): Promise<TemporaryDirectory> {
  const path = await mkdtemp(join(tmpdir(), 'weir-bench-'));
  const keep = atExit(() => {
    try {
      rmSync(path, { recursive: true, force: true });
    } catch {
      // Somebody who is just being ended still writes into it.
    }
  });
  return {
    path,
    remove: async () => {
      await rm(path, { recursive: true, force: true, maxRetries: 3 });
      keep();
    },
  };
}
