import type { Engine, EngineSnapshot } from '@weir/protocol';
import type { FastifyInstance } from 'fastify';
import { checkpointRoutes } from './checkpoints.js';
import { clusterRoutes } from './cluster.js';
import { jobRoutes } from './jobs.js';
import { registerOperations } from './operations.js';
import type { RestEnvironment, RestRoute } from './route.js';
import { taskManagerRoutes } from './taskmanagers.js';
import { vertexRoutes } from './vertices.js';

export const restRoutes: readonly RestRoute[] = [
  ...clusterRoutes,
  ...taskManagerRoutes,
  ...jobRoutes,
  ...checkpointRoutes,
  ...vertexRoutes,
];

/** Flink's REST API over the engine. `leading` throws 503 while no JobManager leads. */
export function registerFlinkRest(app: FastifyInstance, leading: () => Engine, environment: RestEnvironment): void {
  for (const route of restRoutes) {
    app.get(route.path, async (request) => {
      const snapshot: EngineSnapshot = leading().snapshot();
      const params = request.params as Record<string, string>;
      const query = singleValues(request.query as Record<string, string | string[] | undefined>);
      return route.answer({ snapshot, params, query, now: Date.now(), environment });
    });
  }
  registerOperations(app, leading);
}

/** Flink takes a repeated parameter as a list, which it also writes with commas. */
function singleValues(query: Readonly<Record<string, string | string[] | undefined>>): Record<string, string | undefined> {
  return Object.fromEntries(Object.entries(query).map(([key, value]) => [key, Array.isArray(value) ? value.join(',') : value]));
}
