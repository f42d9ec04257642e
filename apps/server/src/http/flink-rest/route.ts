import type { EngineSnapshot, JobInfo, SubtaskInfo, TaskManagerInfo, VertexInfo } from '@weir/protocol';
import { RestError } from '../rest-error.js';

/** What the endpoints know beside the snapshot. */
export interface RestEnvironment {
  readonly version: string;
  /** The address that the server is reached at, as Flink's `/jars` says it. */
  readonly address: () => string;
  /** Settings of the cluster by Flink's names. */
  readonly configuration: () => readonly (readonly [key: string, value: string])[];
}

export interface RestRequest {
  readonly snapshot: EngineSnapshot;
  readonly params: Readonly<Record<string, string>>;
  readonly query: Readonly<Record<string, string | undefined>>;
  readonly now: number;
  readonly environment: RestEnvironment;
}

/** One GET endpoint of Flink's REST API: a pure function of the snapshot. Registered at its path and under /v1. */
export interface RestRoute {
  readonly path: string;
  readonly answer: (request: RestRequest) => unknown;
}

const ID = /^[0-9a-f]{32}$/i;
const BAD_REQUEST =
  'org.apache.flink.runtime.rest.handler.RestHandlerException: Bad request, could not parse parameters: Cannot resolve path parameter';

/** The path parameter as an id of 32 hex digits; 400 as Flink says it otherwise. */
export function idParameter(params: Readonly<Record<string, string>>, name: string): string {
  const value = params[name] ?? '';
  if (!ID.test(value)) throw new RestError(400, `${BAD_REQUEST} (${name}) from value "${value}".`);
  return value.toLowerCase();
}

export function numberParameter(params: Readonly<Record<string, string>>, name: string): number {
  const value = params[name] ?? '';
  if (!/^\d{1,15}$/.test(value)) throw new RestError(400, `${BAD_REQUEST} (${name}) from value "${value}".`);
  return Number(value);
}

export function findJob(snapshot: EngineSnapshot, jobId: string): JobInfo {
  const job = snapshot.jobs.find((candidate) => candidate.id === jobId);
  if (!job) throw new RestError(404, `org.apache.flink.runtime.rest.NotFoundException: Job ${jobId} not found`);
  return job;
}

export function jobOf(request: RestRequest): JobInfo {
  return findJob(request.snapshot, idParameter(request.params, 'jobid'));
}

export function vertexOf(job: JobInfo, request: RestRequest): VertexInfo {
  const id = idParameter(request.params, 'vertexid');
  const vertex = job.vertices.find((candidate) => candidate.id === id);
  if (!vertex) throw new RestError(404, `org.apache.flink.runtime.rest.NotFoundException: JobVertex ${id} not found`);
  return vertex;
}

export function subtaskOf(vertex: VertexInfo, request: RestRequest): SubtaskInfo {
  const index = numberParameter(request.params, 'subtaskindex');
  const subtask = vertex.subtasks[index];
  if (!subtask)
    throw new RestError(404, `org.apache.flink.runtime.rest.handler.RestHandlerException: Invalid subtask index for vertex ${vertex.id}`);
  return subtask;
}

/** Registered ones only, as in Flink; where Flink answers 500 for an unknown id, this is 404. */
export function taskManagerOf(request: RestRequest): TaskManagerInfo {
  const id = request.params.taskmanagerid;
  const found = request.snapshot.taskManagers.find((candidate) => candidate.id === id && candidate.registered);
  if (!found)
    throw new RestError(
      404,
      `org.apache.flink.runtime.resourcemanager.exceptions.UnknownTaskExecutorException: No TaskExecutor registered under ${id}.`,
    );
  return found;
}
