import { CorruptCheckpointError, WeirError } from '../common/errors.js';
import type { CheckpointMetadata, CheckpointStorage } from './checkpoint-storage.js';

/** No checkpoint can be restored without losing or doubling something. `damage` says of each what is wrong with it. */
export class CheckpointsDamagedError extends WeirError {
  readonly damage: readonly string[];

  constructor(damage: readonly string[], why: string) {
    super('CHECKPOINTS_DAMAGED', `${damage.join('; ')}. ${why}`);
    this.damage = damage;
  }
}

export interface RestorePoint {
  readonly directory: string;
  readonly metadata: CheckpointMetadata;
  /** What was wrong with newer ones that were passed over. */
  readonly passedOver: readonly string[];
}

const REMEDY = 'Put the damaged files back from a copy and start the job again, or begin anew with empty state.';

/**
 * The newest checkpoint that can be restored, or undefined if there never was one.
 *
 * A damaged one is passed over only while no sink has committed past the older one: going back further would bring committed output a second
 * time (FLINK-22502). `candidates` are the directories of all that were ever completed and not discarded, newest first.
 */
export async function chooseCheckpoint(
  storage: CheckpointStorage,
  candidates: readonly { readonly id: number; readonly directory: string }[],
  committedUpTo: number,
): Promise<RestorePoint | undefined> {
  const damage: string[] = [];
  for (const candidate of candidates) {
    if (candidate.id < committedUpTo) {
      throw new CheckpointsDamagedError(
        damage.length > 0
          ? damage
          : [`checkpoint ${committedUpTo}, which sinks have committed, is not there any more beside ${candidate.directory}`],
        `The next older one, chk-${candidate.id}, cannot be used: sinks have committed up to checkpoint ${committedUpTo}, so restoring it would bring alerts twice. ` +
          REMEDY,
      );
    }
    try {
      const metadata = await storage.readMetadata(candidate.directory);
      await storage.verify(candidate.directory, metadata);
      return { directory: candidate.directory, metadata, passedOver: damage };
    } catch (error) {
      if (!(error instanceof CorruptCheckpointError)) throw error;
      damage.push(error.message);
    }
  }
  if (damage.length === 0) return undefined;
  throw new CheckpointsDamagedError(damage, `No other checkpoint is there. ${REMEDY}`);
}

/** The savepoint that a job was started from is what to go back to only while its sinks have committed nothing since. */
export function checkNothingCommittedSince(directory: string, savepoint: string, committedBefore: number, committedUpTo: number): void {
  if (committedUpTo <= committedBefore) return;
  throw new CheckpointsDamagedError(
    [`${directory} holds no checkpoint any more`],
    `The job was started from ${savepoint}, but that cannot be used: sinks have committed up to checkpoint ${committedUpTo} since, so restoring it would bring alerts twice. ${REMEDY}`,
  );
}

/** A job that begins with empty state must not have committed anything yet. */
export function checkNothingCommitted(directory: string, committedUpTo: number): void {
  if (committedUpTo === 0) return;
  throw new CheckpointsDamagedError(
    [`${directory} holds no checkpoint`],
    `Sinks have committed up to checkpoint ${committedUpTo}, so beginning anew would bring alerts twice. ${REMEDY}`,
  );
}
