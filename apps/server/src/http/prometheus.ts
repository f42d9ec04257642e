import type { EngineSnapshot, HttpFigures } from '@weir/protocol';
import type { FastifyInstance } from 'fastify';
import { jobMetrics } from './flink-rest/job-metrics.js';
import type { MetricMap } from './flink-rest/metric-query.js';
import { taskMetrics } from './flink-rest/task-metrics.js';
import { taskManagerMetrics } from './flink-rest/taskmanager-metrics.js';
import type { Services } from './services.js';

type Labels = Readonly<Record<string, string>>;

/** Samples by metric: Prometheus wants all of one name together. */
class Exposition {
  readonly #samples = new Map<string, string[]>();

  /** Names as Flink's PrometheusReporter makes them: `flink_jobmanager_job_numRestarts`. */
  add(prefix: string, metrics: MetricMap, labels: Labels): void {
    const inner = Object.entries(labels).map(
      ([key, value]) => `${key}="${value.replace(/[\\"\n]/g, (c) => (c === '\n' ? '\\n' : `\\${c}`))}"`,
    );
    for (const [id, value] of metrics) {
      if (typeof value !== 'number') continue;
      const name = `flink_${prefix}_${id}`.replace(/[^a-zA-Z0-9_]/g, '_');
      const line = `${name}{${inner.join(',')}} ${Number.isNaN(value) ? 'NaN' : value}`;
      const known = this.#samples.get(name);
      if (known) known.push(line);
      else this.#samples.set(name, [line]);
    }
  }

  toString(): string {
    return [...this.#samples].map(([name, lines]) => `# TYPE ${name} gauge\n${lines.join('\n')}\n`).join('');
  }
}

/** The snapshot in Prometheus' text format, by Flink's metric names and labels. */
function exposition(snapshot: EngineSnapshot, committedAlerts: number, ingest: HttpFigures | undefined): string {
  const out = new Exposition();
  const registered = snapshot.taskManagers.filter((taskManager) => taskManager.registered);
  const cluster = new Map([
    ['numRegisteredTaskManagers', registered.length],
    ['taskSlotsTotal', registered.reduce((total, each) => total + each.slots, 0)],
    ['taskSlotsAvailable', registered.reduce((total, each) => total + each.freeSlots, 0)],
    ['numRunningJobs', snapshot.jobs.filter((job) => !['FINISHED', 'FAILED', 'CANCELED'].includes(job.state)).length],
  ]);
  out.add('jobmanager', cluster, { host: 'localhost' });
  for (const taskManager of registered)
    out.add('taskmanager', taskManagerMetrics(taskManager), { host: 'localhost', tm_id: taskManager.id });
  for (const job of snapshot.jobs) {
    const labels = { host: 'localhost', job_id: job.id, job_name: job.name };
    const metrics = new Map([...jobMetrics(job, snapshot.at)].filter(([name]) => !name.startsWith('latency.')));
    out.add('jobmanager_job', metrics, labels);
    for (const vertex of job.vertices) {
      for (const subtask of vertex.subtasks) {
        const task = {
          ...labels,
          task_id: vertex.id,
          task_name: vertex.name,
          subtask_index: String(subtask.index),
          tm_id: subtask.taskManagerId ?? '',
        };
        out.add('taskmanager_job_task', taskMetrics(subtask), task);
      }
    }
  }
  return [out, ours('weir_alerts_committed', committedAlerts), ...ingestMetrics(ingest)].join('');
}

const ours = (name: string, value: number, type = 'gauge'): string => `# TYPE ${name} ${type}\n${name} ${value}\n`;

/** Of the ingest log, while a job reads it; what its source says of itself is among the job's metrics (`HttpSource_…`). */
function* ingestMetrics(ingest: HttpFigures | undefined): Iterable<string> {
  if (ingest === undefined) return;
  const { accepted, waiting, waitingBytes, bytesOnDisk, refused } = ingest;
  if (accepted !== undefined) yield ours('weir_ingest_events_accepted_total', accepted, 'counter');
  if (waiting !== undefined) yield ours('weir_ingest_events_waiting', waiting);
  if (waitingBytes !== undefined) yield ours('weir_ingest_bytes_waiting', waitingBytes);
  if (bytesOnDisk !== undefined) yield ours('weir_ingest_bytes_on_disk', bytesOnDisk);
  if (refused !== undefined) yield ours('weir_ingest_requests_refused_total', refused, 'counter');
}

export function registerPrometheus(app: FastifyInstance, services: Services): void {
  app.get('/metrics', async (_request, reply) => {
    const snapshot = services.engine()?.snapshot();
    const text = snapshot ? exposition(snapshot, await services.alerts.last(), services.ingest.figures()) : '';
    return reply.type('text/plain; version=0.0.4; charset=utf-8').send(text);
  });
}
