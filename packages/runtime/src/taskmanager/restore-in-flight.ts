import type { OpenOperatorState } from '../checkpoint/checkpoint-storage.js';
import { CorruptCheckpointError } from '../common/errors.js';
import type { ChannelReader } from '../network/channel-reader.js';
import type { ChannelWriter } from '../network/channel-writer.js';
import type { RestoredInFlight, TaskDeployment } from '../rpc/taskmanager-messages.js';
import type { TaskInput } from './stream-task.js';

/**
 * Puts the in-flight data of an unaligned checkpoint back: what a channel's reader held goes to the reader of the same channel, what its writer
 * held back to the writer, so that a record cut by the barrier is whole again.
 *
 * Only for the parallelism that it was taken at; the scheduler refuses others.
 */
export async function restoreInFlight(
  deployment: TaskDeployment,
  inputs: readonly TaskInput[],
  channels: readonly ChannelReader[],
  channelsOut: ReadonlyMap<string, ChannelWriter>,
  openState: OpenOperatorState,
): Promise<void> {
  for (const piece of deployment.restore?.inFlight ?? []) {
    const bytes = await readAll(deployment, piece, openState);
    if (piece.toSubtask === deployment.subtask && piece.direction === 'input') {
      const index = inputs.findIndex((input) => input.edge === piece.edge && input.sourceSubtask === piece.fromSubtask);
      if (index < 0) throw missing(deployment, piece);
      (channels[index] as ChannelReader).restore(bytes);
    } else {
      const writer = channelsOut.get(`${piece.edge}@${piece.toSubtask}`);
      if (writer === undefined) throw missing(deployment, piece);
      writer.restoreOverflow(bytes);
    }
  }
}

async function readAll(deployment: TaskDeployment, piece: RestoredInFlight, openState: OpenOperatorState): Promise<Uint8Array> {
  const restore = deployment.restore as NonNullable<TaskDeployment['restore']>;
  const identity = { jobId: restore.jobId, checkpointId: restore.checkpointId, operatorUid: piece.uid, subtask: piece.handle.subtask };
  const file = await openState(restore.directory, identity, piece.handle);
  try {
    const section = file.sections.find((candidate) => candidate.name === piece.section && candidate.kind === `${piece.direction}-channel`);
    if (section === undefined) throw missing(deployment, piece);
    const chunks: Uint8Array[] = [];
    for await (const chunk of section.chunks()) chunks.push(chunk.slice());
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

function missing(deployment: TaskDeployment, piece: RestoredInFlight): CorruptCheckpointError {
  return new CorruptCheckpointError(
    deployment.restore?.directory ?? '',
    `in-flight data of channel ${piece.edge}, ${piece.fromSubtask} → ${piece.toSubtask}, does not fit the job: the exchange is not there any more`,
  );
}
