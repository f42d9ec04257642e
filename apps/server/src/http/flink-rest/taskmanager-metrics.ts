import type { TaskManagerInfo } from '@weir/protocol';
import type { MetricMap } from './metric-query.js';

/** Bytes of a network buffer. */
export const BUFFER_SIZE = 32 * 1024;

/** A TaskManager's metrics by Flink's names. Before its first report there are none. */
export function taskManagerMetrics({ metrics }: TaskManagerInfo): MetricMap {
  if (!metrics) return new Map();
  const total = metrics.networkBuffersTotal;
  const used = metrics.networkBuffersUsed;
  return new Map<string, number>([
    ...(metrics.cpuLoad === undefined ? [] : [['Status.JVM.CPU.Load', metrics.cpuLoad] as const]),
    // Flink's is in nanoseconds.
    ...(metrics.cpuTime === undefined ? [] : [['Status.JVM.CPU.Time', Math.round(metrics.cpuTime * 1e6)] as const]),
    ['Status.JVM.Memory.Heap.Used', metrics.heapUsed],
    ['Status.JVM.Memory.Heap.Committed', metrics.heapCommitted],
    ['Status.JVM.Memory.Heap.Max', metrics.heapMax],
    ['Status.JVM.Memory.Direct.MemoryUsed', metrics.externalUsed],
    ['Status.Network.TotalMemorySegments', total],
    ['Status.Network.AvailableMemorySegments', total - used],
    ['Status.Shuffle.Netty.TotalMemorySegments', total],
    ['Status.Shuffle.Netty.AvailableMemorySegments', total - used],
    ['Status.Shuffle.Netty.UsedMemorySegments', used],
    ['Status.Shuffle.Netty.TotalMemory', total * BUFFER_SIZE],
    ['Status.Shuffle.Netty.AvailableMemory', (total - used) * BUFFER_SIZE],
    ['Status.Shuffle.Netty.UsedMemory', used * BUFFER_SIZE],
  ]);
}
