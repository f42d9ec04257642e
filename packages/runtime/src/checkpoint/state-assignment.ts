import { IncompatibleStateError } from '../common/errors.js';
import type { JobGraph, JobVertex } from '../graph/job-graph.js';
import { computeKeyGroupRangeForOperatorIndex } from '../graph/key-groups.js';
import type { RestoreDeployment, RestoredInFlight, RestoredOperator } from '../rpc/taskmanager-messages.js';
import type { RestorePoint } from './checkpoint-restore.js';
import type { OperatorMetadata, OperatorStateHandle } from './checkpoint-storage.js';

/** Checks that a checkpoint's state fits the job. Throws `IncompatibleStateError` naming the operator. */
export function checkCompatible(graph: JobGraph, point: RestorePoint): void {
  const inJob = new Map(
    graph.vertices.flatMap((vertex) => vertex.operators.map((operator) => [operator.uid, { vertex, operator }] as const)),
  );
  for (const stored of point.metadata.operators) {
    const now = inJob.get(stored.uid);
    if (now === undefined) {
      if (stored.handles.length === 0) continue;
      throw new IncompatibleStateError(stored.uid, 'the checkpoint holds state of it, but the job has no operator of that uid');
    }
    const keyed = stored.handles.some((handle) => handle.sections.some((section) => section.kind === 'keyed'));
    if (keyed && stored.maxParallelism !== now.operator.maxParallelism) {
      throw new IncompatibleStateError(
        stored.uid,
        `its state lies in ${stored.maxParallelism} key groups, the job has maxParallelism ${now.operator.maxParallelism}; maxParallelism cannot change`,
      );
    }
  }
  const changed = graph.vertices.find((vertex) => {
    const stored = point.metadata.vertices.find((candidate) => candidate.id === vertex.id);
    return stored !== undefined && stored.parallelism !== vertex.parallelism;
  });
  const inFlight = point.metadata.operators.find((stored) => stored.handles.some((handle) => handle.sections.some(isInFlight)));
  if (changed !== undefined && inFlight !== undefined) {
    throw new IncompatibleStateError(
      inFlight.uid,
      `the parallelism of ${changed.name} has changed, but the checkpoint has in-flight data of an unaligned checkpoint; start once more with the old parallelism and take a savepoint, or checkpoint with --unaligned false, then change it`,
    );
  }
}

function isInFlight(section: { readonly kind: string }): boolean {
  return section.kind === 'input-channel' || section.kind === 'output-channel';
}

/** What one subtask restores from a checkpoint. */
export function assignState(vertex: JobVertex, subtask: number, point: RestorePoint): RestoreDeployment {
  const operators: Record<string, RestoredOperator> = {};
  const inFlight: RestoredInFlight[] = [];
  for (const { uid } of vertex.operators) {
    const stored = point.metadata.operators.find((candidate) => candidate.uid === uid);
    if (stored === undefined) continue;
    operators[uid] = { parallelism: stored.parallelism, handles: handlesFor(stored, vertex, subtask) };
    inFlight.push(...inFlightOf(stored, subtask));
  }
  return {
    checkpointId: point.metadata.checkpointId,
    jobId: point.metadata.jobId,
    directory: point.directory,
    operators,
    inFlight,
  };
}

/** At the same parallelism its own; else all that may hold keys of its range or list elements that are dealt out anew. */
function handlesFor(stored: OperatorMetadata, vertex: JobVertex, subtask: number): readonly OperatorStateHandle[] {
  if (stored.parallelism === vertex.parallelism) return stored.handles.filter((handle) => handle.subtask === subtask);
  const range = computeKeyGroupRangeForOperatorIndex(stored.maxParallelism, vertex.parallelism, subtask);
  return stored.handles.filter((handle) => {
    if (handle.sections.some((section) => section.kind === 'operator')) return true;
    const old = computeKeyGroupRangeForOperatorIndex(stored.maxParallelism, stored.parallelism, handle.subtask);
    return old.start <= range.end && range.start <= old.end;
  });
}

function inFlightOf(stored: OperatorMetadata, subtask: number): RestoredInFlight[] {
  return stored.handles
    .filter((handle) => handle.subtask === subtask)
    .flatMap((handle) =>
      handle.sections.filter(isInFlight).map((section) => {
        const at = section.name.lastIndexOf('@');
        const peer = Number(section.name.slice(at + 1));
        const direction = section.kind === 'input-channel' ? ('input' as const) : ('output' as const);
        return {
          direction,
          edge: section.name.slice(0, at),
          fromSubtask: direction === 'input' ? peer : subtask,
          toSubtask: direction === 'input' ? subtask : peer,
          uid: stored.uid,
          handle,
          section: section.name,
        };
      }),
    );
}
