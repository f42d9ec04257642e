import type { CheckpointConfigInfo } from '@weir/protocol';
import type { EmbeddedEngineOptions } from './engine-types.js';

/** The cluster's settings by Flink's names, for `/jobmanager/config`. */
export function flinkConfiguration(
  engine: EmbeddedEngineOptions,
  checkpoints: CheckpointConfigInfo | undefined,
): readonly (readonly [string, string])[] {
  const entries: [string, string][] = [
    ['heartbeat.interval', String(engine.heartbeatInterval)],
    ['heartbeat.timeout', String(engine.heartbeatTimeout)],
    ['taskmanager.numberOfTaskSlots', String(engine.slotsPerTaskManager)],
    ['state.checkpoints.dir', `file:${engine.checkpointDirectory}`],
    ['state.savepoints.dir', `file:${engine.savepointDirectory}`],
  ];
  if (checkpoints) {
    entries.push(
      ['execution.checkpointing.interval', String(checkpoints.interval)],
      ['execution.checkpointing.mode', checkpoints.mode],
      ['execution.checkpointing.unaligned', String(checkpoints.unaligned)],
      ['state.checkpoints.num-retained', String(checkpoints.retained)],
      ['state.backend', checkpoints.stateBackend],
    );
  }
  return entries;
}
