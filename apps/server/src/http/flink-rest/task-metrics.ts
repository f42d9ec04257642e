import type { SubtaskInfo } from '@weir/protocol';
import type { MetricMap } from './metric-query.js';

/** A subtask's metrics by Flink's names: those that the engine measures, no others. */
export function taskMetrics(subtask: SubtaskInfo): MetricMap {
  const m = subtask.metrics;
  const usage = (used: number, total: number): number => (total === 0 ? 0 : used / total);
  const metrics = new Map<string, number>([
    ['numRecordsIn', m.numRecordsIn],
    ['numRecordsOut', m.numRecordsOut],
    ['numBytesIn', m.numBytesIn],
    ['numBytesOut', m.numBytesOut],
    ['numRecordsInPerSecond', m.numRecordsInPerSecond],
    ['numRecordsOutPerSecond', m.numRecordsOutPerSecond],
    ['numBytesInPerSecond', m.numBytesInPerSecond],
    ['numBytesOutPerSecond', m.numBytesOutPerSecond],
    ['busyTimeMsPerSecond', m.busyTimeMsPerSecond],
    ['idleTimeMsPerSecond', m.idleTimeMsPerSecond],
    ['backPressuredTimeMsPerSecond', m.backPressuredTimeMsPerSecond],
    ['accumulateBusyTimeMs', m.accumulatedBusyTime],
    ['accumulateIdleTimeMs', m.accumulatedIdleTime],
    ['accumulateBackPressuredTimeMs', m.accumulatedBackPressuredTime],
    ['buffers.inputQueueLength', m.buffersInUse],
    ['buffers.outputQueueLength', m.buffersOutUse],
    ['buffers.inPoolUsage', usage(m.buffersInUse, m.buffersInTotal)],
    ['buffers.outPoolUsage', usage(m.buffersOutUse, m.buffersOutTotal)],
  ]);
  for (const [name, value] of Object.entries(m.operatorCounters ?? {})) metrics.set(metricName(name), value);
  return metrics;
}

/** Flink replaces what is no letter or digit in an operator's name; the last part is the counter's own. */
function metricName(name: string): string {
  const dot = name.lastIndexOf('.');
  return dot < 0 ? name : `${name.slice(0, dot).replace(/[^A-Za-z0-9]/g, '_')}.${name.slice(dot + 1)}`;
}

/** The metrics of a vertex: its subtasks', each under its index. */
export function vertexMetrics(subtasks: readonly SubtaskInfo[]): MetricMap {
  return new Map(
    subtasks.flatMap((subtask) => [...taskMetrics(subtask)].map(([name, value]) => [`${subtask.index}.${name}`, value] as const)),
  );
}
