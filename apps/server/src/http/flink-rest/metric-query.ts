import { RestError } from '../rest-error.js';
import { figure, sum } from './figures.js';
import type { RestRequest } from './route.js';

/** Metrics of one thing by Flink's names. Absent: the engine has no such figure here. */
export type MetricMap = ReadonlyMap<string, number | string>;

/** `?get=a,b`: undefined for none, which asks for the names. */
function requested(request: RestRequest): readonly string[] | undefined {
  return request.query.get?.split(',').filter((name) => name !== '');
}

/** A metrics endpoint of one thing: names, or the values of those asked for; unknown ones are left out, as Flink does. */
export function answerMetrics(request: RestRequest, metrics: MetricMap): readonly object[] {
  const names = requested(request);
  if (names === undefined) return [...metrics.keys()].map((id) => ({ id }));
  return names.flatMap((id) => {
    const value = metrics.get(id);
    return value === undefined ? [] : [{ id, value: String(value) }];
  });
}

const AGGREGATIONS = {
  min: (values: readonly number[]) => Math.min(...values),
  max: (values: readonly number[]) => Math.max(...values),
  sum,
  avg: (values: readonly number[]) => sum(values) / values.length,
} as const;
type Aggregation = keyof typeof AGGREGATIONS;

function aggregations(request: RestRequest): readonly Aggregation[] {
  const given = request.query.agg?.split(',').filter((word) => word !== '');
  if (given === undefined || given.length === 0) return ['min', 'max', 'avg', 'sum'];
  return given.map((word) => {
    const name = word.toLowerCase();
    if (!Object.hasOwn(AGGREGATIONS, name))
      throw new RestError(
        400,
        `Bad request, could not parse parameters: Cannot resolve query parameter (agg) from value "${given.join(',')}".`,
      );
    return name as Aggregation;
  });
}

/** A metrics endpoint over several things: names of any, or the chosen aggregations of those asked for. */
export function answerAggregated(request: RestRequest, all: readonly MetricMap[]): readonly object[] {
  const names = requested(request);
  if (names === undefined) return [...new Set(all.flatMap((metrics) => [...metrics.keys()]))].map((id) => ({ id }));
  const chosen = aggregations(request);
  return names.flatMap((id) => {
    const values = all.map((metrics) => metrics.get(id)).filter((value) => value !== undefined);
    // Texts (a checkpoint's path) have no sum; Flink leaves them out, too.
    if (values.length === 0 || values.some((value) => typeof value === 'string')) return [];
    return [{ id, ...Object.fromEntries(chosen.map((name) => [name, figure(AGGREGATIONS[name](values as number[]))])) }];
  });
}
