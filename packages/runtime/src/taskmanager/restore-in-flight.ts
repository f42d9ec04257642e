import type { OpenOperatorState } from '../checkpoint/checkpoint-storage.js';
import { CorruptCheckpointError } from '../common/errors.js';
import { channelName } from '../graph/exchange-name.js';
import { computeKeyGroupForKeyHash, computeOperatorIndexForKeyGroup } from '../graph/key-groups.js';
import type { ChannelReader } from '../network/channel-reader.js';
import type { ChannelWriter } from '../network/channel-writer.js';
import { countRecords, recordsIn } from '../network/in-flight-records.js';
import type { InputDeployment, RestoredInFlight, TaskDeployment } from '../rpc/taskmanager-messages.js';
import type { RestoredExchanges } from './exchange-counter.js';
import type { TaskInput } from './stream-task.js';

type RestoredInFlightCounts = Pick<RestoredExchanges, 'inFlightAtReaders' | 'inFlightAtWriters'>;

/**
 * Puts the in-flight data of an unaligned checkpoint back. At the same parallelism, what a channel's reader held goes to the reader of the same channel, and what
 * its writer held back to the writer, so that a record cut by the barrier is whole again. At another one, the whole exchange's records are read through and
 * those that belong to this subtask now are kept; its first channel hands them out before anything new (see `InputGate`).
 */
export async function restoreInFlight(
  deployment: TaskDeployment,
  inputs: readonly TaskInput[],
  channels: readonly ChannelReader[],
  channelsOut: ReadonlyMap<string, ChannelWriter>,
  openState: OpenOperatorState,
): Promise<RestoredInFlightCounts> {
  const atReaders = new Map<string, number>();
  const atWriters = new Map<string, number>();
  const count = (counts: Map<string, number>, edge: string, entries: Uint8Array) => {
    counts.set(edge, (counts.get(edge) ?? 0) + countRecords(entries));
    return entries;
  };
  const dealtOut = new Map<string, RestoredInFlight[]>();
  for (const piece of deployment.restore?.inFlight ?? []) {
    if (piece.dealtOut) {
      dealtOut.set(piece.edge, [...(dealtOut.get(piece.edge) ?? []), piece]);
    } else if (piece.direction === 'input') {
      const index = inputs.findIndex((input) => input.edge === piece.edge && input.sourceSubtask === piece.fromSubtask);
      const channel = channels[index] ?? missing(deployment, piece);
      channel.restore(count(atReaders, piece.edge, await readAll(deployment, piece, openState)));
    } else {
      const writer = channelsOut.get(channelName(piece.edge, piece.toSubtask)) ?? missing(deployment, piece);
      writer.restoreOverflow(count(atWriters, piece.edge, await readAll(deployment, piece, openState)));
    }
  }
  for (const [edge, pieces] of dealtOut) {
    const input = deployment.inputs.find((candidate) => candidate.edge.name === edge) ?? missing(deployment, pieces[0] as RestoredInFlight);
    const own = await ownRecords(deployment, input, pieces, openState);
    const first = inputs.findIndex((candidate) => candidate.edge === edge);
    if (own.length > 0) (channels[first] as ChannelReader).restore(count(atReaders, edge, own));
  }
  return { inFlightAtReaders: atReaders, inFlightAtWriters: atWriters };
}

/** `pieces`: of one exchange, in order of channel. */
async function ownRecords(
  deployment: TaskDeployment,
  { edge }: InputDeployment,
  pieces: readonly RestoredInFlight[],
  openState: OpenOperatorState,
): Promise<Uint8Array> {
  const { parallelism, subtask } = deployment;
  const channels = new Map<string, Uint8Array[]>();
  for (const piece of pieces) {
    const channel = `${piece.fromSubtask}-${piece.toSubtask}`;
    channels.set(channel, [...(channels.get(channel) ?? []), await readAll(deployment, piece, openState)]);
  }
  const own: Uint8Array[] = [];
  let count = 0;
  for (const parts of channels.values()) {
    try {
      for (const { hash, entries } of recordsIn(Buffer.concat(parts))) {
        const group = computeKeyGroupForKeyHash(hash, edge.targetMaxParallelism);
        const owner =
          edge.shipStrategy === 'HASH'
            ? computeOperatorIndexForKeyGroup(edge.targetMaxParallelism, parallelism, group)
            : count++ % parallelism;
        if (owner === subtask) own.push(entries);
      }
    } catch (error) {
      if (!(error instanceof RangeError)) throw error;
      throw new CorruptCheckpointError(deployment.restore?.directory ?? '', `in-flight data of ${edge.name}: ${error.message}`);
    }
  }
  return Buffer.concat(own);
}

async function readAll(deployment: TaskDeployment, piece: RestoredInFlight, openState: OpenOperatorState): Promise<Uint8Array> {
  const restore = deployment.restore as NonNullable<TaskDeployment['restore']>;
  const identity = { jobId: restore.jobId, checkpointId: restore.checkpointId, operatorUid: piece.uid, subtask: piece.handle.subtask };
  const file = await openState(restore.directory, identity, piece.handle);
  try {
    const kind = `${piece.direction}-channel`;
    const section = file.sections.find((candidate) => candidate.name === piece.section && candidate.kind === kind);
    const chunks: Uint8Array[] = [];
    for await (const chunk of (section ?? missing(deployment, piece)).chunks()) chunks.push(chunk.slice());
    return Buffer.concat(chunks);
  } finally {
    await file.close();
  }
}

function missing(deployment: TaskDeployment, piece: RestoredInFlight): never {
  throw new CorruptCheckpointError(
    deployment.restore?.directory ?? '',
    `in-flight data of channel ${piece.edge}, ${piece.fromSubtask} → ${piece.toSubtask}, does not fit the job: the exchange is not there any more`,
  );
}
