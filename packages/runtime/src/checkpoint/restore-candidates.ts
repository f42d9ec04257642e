import type { CheckpointInfo } from '@weir/protocol';
import { localPath } from '../common/external-path.js';

export interface CheckpointPlace {
  readonly id: number;
  readonly directory: string;
}

/**
 * What a job may be restored from, newest first (`candidates`), and which of these are checkpoints of its own that are retained (`retained`).
 * `inDirectory`: those found in the checkpoint directory; the others are what the job's history remembers.
 */
export function restoreCandidates(
  inDirectory: readonly CheckpointPlace[],
  remembered: readonly CheckpointInfo[],
  latestSavepoint: CheckpointInfo | undefined,
): { readonly candidates: readonly CheckpointPlace[]; readonly retained: readonly CheckpointPlace[] } {
  const places = new Map(inDirectory.map(({ id, directory }) => [id, directory]));
  // One that is remembered as retained but not there any more is damaged, not absent; one from another directory is where it was.
  for (const { id, externalPath } of remembered) {
    if (externalPath !== undefined && !places.has(id)) places.set(id, localPath(externalPath));
  }
  const retained = [...places].map(([id, directory]) => ({ id, directory })).sort((a, b) => b.id - a.id);
  // Sinks commit with a savepoint too, so one that is newer than every checkpoint is what to go on from.
  if (latestSavepoint === undefined || latestSavepoint.id <= (retained[0]?.id ?? 0)) return { candidates: retained, retained };
  const savepoint = { id: latestSavepoint.id, directory: localPath(latestSavepoint.externalPath ?? '') };
  return { candidates: [savepoint, ...retained], retained };
}
