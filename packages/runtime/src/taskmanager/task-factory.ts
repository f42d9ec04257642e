import { dirname } from 'node:path';
import type { TypeSchema } from '../api/types.js';
import type { OpenOperatorState, WriteOperatorState } from '../checkpoint/checkpoint-storage.js';
import { type ExchangeRecords, exchangeRecordsName, isExchangeRecords, readExchangeRecords } from '../checkpoint/exchange-records.js';
import { openShared } from '../checkpoint/operator-state-file.js';
import { CorruptCheckpointError } from '../common/errors.js';
import { channelName } from '../graph/exchange-name.js';
import type { StreamEdge, StreamGraph } from '../graph/stream-graph.js';
import { type KeyedRecordType, keyedRecordSerializer, keyedRecordType } from '../memory/keyed-record.js';
import { serializerFor } from '../memory/serializers.js';
import { ChannelReader } from '../network/channel-reader.js';
import { ChannelWriter } from '../network/channel-writer.js';
import { Doorbell } from '../network/doorbell.js';
import { RecordWriter } from '../network/record-writer.js';
import type { DeployedJob, ExecutionId, RestoreDeployment, TaskDeployment } from '../rpc/taskmanager-messages.js';
import { isKeyed } from '../state/keyed-state-checks.js';
import { redistributeOperatorSections } from '../state/operator-section.js';
import type { RestoredSection } from '../state/state-backend.js';
import type { RestoredExchanges } from './exchange-counter.js';
import { type ChainedOperator, OperatorChain, type TaskEnvironment } from './operator-chain.js';
import { restoreInFlight } from './restore-in-flight.js';
import { StreamTask, type TaskEvents, type TaskInput } from './stream-task.js';

export interface TaskServices {
  readonly taskManagerId: string;
  readonly writeState: WriteOperatorState;
  readonly openState: OpenOperatorState;
  readonly events: TaskEvents;
  readonly publish: (jobId: string, vertexId: string, subtask: number, topic: string, payload: unknown) => void;
  readonly now: () => number;
  readonly keyedStateOf: (job: DeployedJob) => Promise<TaskEnvironment['createKeyedState']>;
}

/** Builds one subtask from its deployment: channels, operators, restored state. It is opened when this resolves. */
export async function createTask(
  graph: StreamGraph,
  job: DeployedJob,
  execution: ExecutionId,
  deployment: TaskDeployment,
  services: TaskServices,
): Promise<StreamTask> {
  const backpressure = { blocked: false };
  const channels: ChannelReader[] = [];
  const inputs: TaskInput[] = [];
  for (const { edge, channels: from } of deployment.inputs) {
    for (const { memory, peer, subtask } of from) {
      channels.push(new ChannelReader(channels.length, memory, new Doorbell(peer)));
      const schema = outputTypeOf(graph, edge.from);
      const keyedType = keyedTypeOf(graph, edge);
      inputs.push({
        schema,
        serializer: serializerFor(schema),
        keyed: edge.shipStrategy === 'HASH',
        keyedType,
        keyedSerializer: keyedType && keyedRecordSerializer(keyedType),
        edge: edge.name,
        sourceSubtask: subtask,
        inStreamOnly: edge.shipStrategy === 'FORWARD' || edge.shipStrategy === 'BROADCAST',
      });
    }
  }
  const writers = new Map<number, RecordWriter[]>();
  const channelsOut = new Map<string, ChannelWriter>();
  for (const { edge, channels: to } of deployment.outputs) {
    const edgeChannels = to.map(({ memory, peer, subtask }) => {
      const channel = new ChannelWriter(memory, new Doorbell(peer), backpressure);
      channelsOut.set(channelName(edge.name, subtask), channel);
      return channel;
    });
    const writer = new RecordWriter({
      name: edge.name,
      shipStrategy: edge.shipStrategy,
      serializer: serializerFor(outputTypeOf(graph, edge.from)),
      keySelector: edgeOf(graph, edge)?.keySelector as ((value: unknown) => never) | undefined,
      keyedType: keyedTypeOf(graph, edge),
      targetMaxParallelism: edge.targetMaxParallelism,
      channels: edgeChannels,
      subtask: deployment.subtask,
    });
    writers.set(edge.from, [...(writers.get(edge.from) ?? []), writer]);
  }
  let task: StreamTask | undefined;
  const chain = new OperatorChain(
    graph,
    deployment,
    writers,
    {
      jobId: job.jobId,
      lineage: job.lineage,
      taskManagerId: services.taskManagerId,
      restoredCheckpointId: deployment.restore?.checkpointId,
      publish: (topic, payload) => services.publish(job.jobId, deployment.vertexId, deployment.subtask, topic, payload),
      createKeyedState: await services.keyedStateOf(job),
    },
    (promise) => task?.waitFor(promise),
  );
  const counted = await restoreState(chain, deployment, services, job.jobId);
  const inFlight = await restoreInFlight(deployment, inputs, channels, channelsOut, services.openState);
  task = new StreamTask({
    deployment,
    job,
    executionAttempt: execution.attempt,
    chain,
    channels,
    inputs,
    writers: [...writers.values()].flat(),
    backpressure,
    writeState: services.writeState,
    events: services.events,
    now: services.now,
    objectReuse: graph.objectReuse,
    restoredExchanges: { checkpointId: deployment.restore?.checkpointId ?? 0, counted, ...inFlight },
  });
  await chain.open();
  return task;
}

function outputTypeOf(graph: StreamGraph, node: number): TypeSchema {
  return graph.nodes[node]?.outputType ?? { kind: 'json' };
}

type DeployedEdge = TaskDeployment['inputs'][number]['edge'];

function edgeOf(graph: StreamGraph, edge: DeployedEdge): StreamEdge | undefined {
  return graph.edges.find((candidate) => candidate.from === edge.from && candidate.to === edge.to);
}

function keyedTypeOf(graph: StreamGraph, edge: DeployedEdge): KeyedRecordType | undefined {
  return edge.shipStrategy === 'HASH' ? keyedRecordType(outputTypeOf(graph, edge.from), edgeOf(graph, edge)?.keyField) : undefined;
}

/** Resolves to what the operators had counted, and of that this subtask's share. */
async function restoreState(
  chain: OperatorChain,
  deployment: TaskDeployment,
  services: TaskServices,
  ownJobId: string,
): Promise<RestoredExchanges['counted']> {
  const counted = new Map<string, ExchangeRecords[]>();
  const restore = deployment.restore;
  if (restore === undefined) return counted;
  for (const operator of chain.operators) {
    const stored = restore.operators[operator.uid];
    if (stored === undefined) continue;
    const records: ExchangeRecords[] = [];
    if (stored.counted) counted.set(operator.uid, records);
    const lists: RestoredSection[] = [];
    const sharedFiles: OpenedState[] = [];
    const { jobId, checkpointId, directory } = restore;
    // All at once: each is read through when it is opened.
    const opened = await Promise.allSettled(
      stored.handles.map((handle) =>
        services.openState(directory, { jobId, checkpointId, operatorUid: operator.uid, subtask: handle.subtask }, handle),
      ),
    );
    try {
      for (const [number, handle] of stored.handles.entries()) {
        const outcome = opened[number] as PromiseSettledResult<OpenedState>;
        if (outcome.status === 'rejected') throw outcome.reason;
        for (const section of outcome.value.sections) {
          if (isKeyed(section.kind)) await restoreKeyed(operator, section, restore.directory);
          else if (section.kind === 'operator' && !isExchangeRecords(section)) lists.push(section);
          // Each subtask's counts go on with one.
          else if (
            section.name === exchangeRecordsName(restore.checkpointId) &&
            handle.subtask % deployment.parallelism === deployment.subtask
          )
            records.push(...(await readExchangeRecords(section)));
        }
        for (const shared of handle.shared ?? []) {
          const file = await openShared(services.openState, directory, { jobId, operatorUid: operator.uid }, shared);
          sharedFiles.push(file);
          for (const section of file.sections) await restoreKeyed(operator, section, directory);
        }
      }
      continueChain(operator, restore, stored.parallelism === deployment.parallelism && jobId === ownJobId);
      const own =
        stored.parallelism === deployment.parallelism
          ? lists
          : await redistributeOperatorSections(lists, deployment.parallelism, deployment.subtask);
      for (const section of own) await operator.operatorState.restore(section);
    } finally {
      for (const file of sharedFiles) await file.close();
      for (const outcome of opened) if (outcome.status === 'fulfilled') await outcome.value.close();
    }
  }
  return counted;
}

/** The state is what the files of one subtask of this job hold: the next checkpoint may build on them. */
function continueChain({ uid, keyed }: ChainedOperator, restore: RestoreDeployment, sameSubtask: boolean): void {
  const [handle, ...others] = restore.operators[uid]?.handles ?? [];
  if (!sameSubtask || others.length > 0 || handle?.shared === undefined) return;
  keyed?.continueChain?.(dirname(restore.directory), handle.shared);
}

type OpenedState = Awaited<ReturnType<OpenOperatorState>>;

async function restoreKeyed(operator: ChainedOperator, section: RestoredSection, directory: string): Promise<void> {
  if (operator.keyed === undefined) {
    throw new CorruptCheckpointError(
      directory,
      `operator ${operator.uid} has keyed state "${section.name}" there but is not keyed in this job`,
    );
  }
  await operator.keyed.restore(section);
}
