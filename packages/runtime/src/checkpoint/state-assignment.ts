import type { ShipStrategy } from '@weir/protocol';
import { IncompatibleStateError } from '../common/errors.js';
import { channelParts, exchangeUids } from '../graph/exchange-name.js';
import type { JobGraph, JobVertex } from '../graph/job-graph.js';
import { computeKeyGroupRangeForOperatorIndex } from '../graph/key-groups.js';
import type { RestoreDeployment, RestoredInFlight, RestoredOperator } from '../rpc/taskmanager-messages.js';
import { isKeyed } from '../state/keyed-state-checks.js';
import type { RestorePoint } from './checkpoint-restore.js';
import type { OperatorMetadata, OperatorStateHandle } from './checkpoint-storage.js';
import { exchangeRecordsName, isExchangeRecords } from './exchange-records.js';

/** Checks that a checkpoint's state fits the job. Throws `IncompatibleStateError` naming the operator. */
export function checkCompatible(graph: JobGraph, point: RestorePoint): void {
  const inJob = new Map(
    graph.vertices.flatMap((vertex) => vertex.operators.map((operator) => [operator.uid, { vertex, operator }] as const)),
  );
  for (const stored of point.metadata.operators) {
    const now = inJob.get(stored.uid);
    if (now === undefined) {
      if (stored.handles.every(({ sections }) => sections.every(isExchangeRecords))) continue;
      throw new IncompatibleStateError(stored.uid, 'the checkpoint holds state of it, but the job has no operator of that uid');
    }
    const keyed = stored.handles.some((handle) => handle.shared !== undefined || handle.sections.some(({ kind }) => isKeyed(kind)));
    if (keyed && stored.maxParallelism !== now.operator.maxParallelism) {
      throw new IncompatibleStateError(
        stored.uid,
        `its state lies in ${stored.maxParallelism} key groups, the job has maxParallelism ${now.operator.maxParallelism}; maxParallelism cannot change`,
      );
    }
  }
  for (const channel of channelsOf(point)) {
    if (edgeNamed(graph, channel.edge) === undefined) {
      throw new IncompatibleStateError(
        channel.uid,
        `the checkpoint has in-flight data of the exchange ${channel.edge}, which the job no longer has; start once more as it was and take a savepoint, which has none, then change it`,
      );
    }
  }
}

/** What one subtask restores from a checkpoint. */
export function assignState(graph: JobGraph, vertex: JobVertex, subtask: number, point: RestorePoint): RestoreDeployment {
  const operators: Record<string, RestoredOperator> = {};
  for (const { uid } of vertex.operators) {
    const stored = point.metadata.operators.find((candidate) => candidate.uid === uid);
    if (stored === undefined) continue;
    const name = exchangeRecordsName(point.metadata.checkpointId);
    const counted = stored.handles.some(({ sections }) => sections.some((section) => section.name === name));
    operators[uid] = { parallelism: stored.parallelism, counted, handles: handlesFor(stored, vertex, subtask) };
  }
  return {
    checkpointId: point.metadata.checkpointId,
    jobId: point.metadata.jobId,
    directory: point.directory,
    operators,
    inFlight: inFlightFor(graph, vertex, subtask, point),
  };
}

/** At the same parallelism its own; else all that may hold keys of its range or list elements that are dealt out anew, and those whose counts it goes on with. */
function handlesFor(stored: OperatorMetadata, vertex: JobVertex, subtask: number): readonly OperatorStateHandle[] {
  if (stored.parallelism === vertex.parallelism) return stored.handles.filter((handle) => handle.subtask === subtask);
  const range = computeKeyGroupRangeForOperatorIndex(stored.maxParallelism, vertex.parallelism, subtask);
  return stored.handles.filter((handle) => {
    if (handle.sections.some((section) => section.kind === 'operator' && !isExchangeRecords(section))) return true;
    if (handle.subtask % vertex.parallelism === subtask && handle.sections.some(isExchangeRecords)) return true;
    const old = computeKeyGroupRangeForOperatorIndex(stored.maxParallelism, stored.parallelism, handle.subtask);
    return old.start <= range.end && range.start <= old.end;
  });
}

/**
 * In-flight data of the exchanges that begin or end at this vertex. Where neither end has changed its parallelism it goes back to its own channel; else
 * every reader is given all of the exchange, in order of channel and within each what the reader held before what the writer held back, and takes its share.
 */
function inFlightFor(graph: JobGraph, vertex: JobVertex, subtask: number, point: RestorePoint): RestoredInFlight[] {
  const storedParallelism = (uid: string) => point.metadata.operators.find((operator) => operator.uid === uid)?.parallelism;
  const pieces: RestoredInFlight[] = [];
  for (const channel of channelsOf(point)) {
    const edge = edgeNamed(graph, channel.edge);
    if (edge === undefined) continue;
    const changed =
      storedParallelism(edge.sourceUid) !== edge.source.parallelism || storedParallelism(edge.targetUid) !== edge.target.parallelism;
    if (changed) {
      if (edge.target === vertex) pieces.push({ ...channel, dealtOut: true });
    } else {
      const [end, index] = channel.direction === 'input' ? [edge.target, channel.toSubtask] : [edge.source, channel.fromSubtask];
      if (end === vertex && index === subtask) pieces.push({ ...channel, dealtOut: false });
    }
  }
  return pieces.sort((a, b) => a.toSubtask - b.toSubtask || a.fromSubtask - b.fromSubtask || (a.direction === 'input' ? -1 : 1));
}

/** The exchange between the operators of these uids, if it is one in this job. */
function edgeNamed(
  graph: JobGraph,
  name: string,
): { source: JobVertex; target: JobVertex; sourceUid: string; targetUid: string } | undefined {
  const { sourceUid, targetUid } = exchangeUids(name);
  const source = graph.vertices.find((vertex) => vertex.operators.some((operator) => operator.uid === sourceUid));
  const target = graph.vertices.find((vertex) => vertex.operators[0]?.uid === targetUid);
  if (source === undefined || target === undefined) return undefined;
  const there = graph.edges.some((edge) => edge.source === source.id && edge.target === target.id && supportsInFlight(edge.shipStrategy));
  return there ? { source, target, sourceUid, targetUid } : undefined;
}

function supportsInFlight(shipStrategy: ShipStrategy): boolean {
  return shipStrategy === 'HASH' || shipStrategy === 'REBALANCE';
}

export function isInFlight(section: { readonly kind: string }): boolean {
  return section.kind === 'input-channel' || section.kind === 'output-channel';
}

type StoredChannel = Omit<RestoredInFlight, 'dealtOut'>;

function channelsOf(point: RestorePoint): StoredChannel[] {
  return point.metadata.operators.flatMap(({ uid, handles }) =>
    handles.flatMap((handle) =>
      handle.sections.filter(isInFlight).map((section): StoredChannel => {
        const { exchange, peer } = channelParts(section.name);
        const direction = section.kind === 'input-channel' ? 'input' : 'output';
        return {
          direction,
          edge: exchange,
          fromSubtask: direction === 'input' ? peer : handle.subtask,
          toSubtask: direction === 'input' ? handle.subtask : peer,
          uid,
          handle,
          section: section.name,
        };
      }),
    ),
  );
}
