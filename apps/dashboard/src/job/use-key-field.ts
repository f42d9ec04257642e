import type { VertexInfo } from '@weir/protocol';
import { selectJob } from '../connection/selectors.js';
import { useDashboard } from '../connection/store.js';
import { knownOperator } from './titles.js';

/** What a keyed vertex is keyed by, as far as that is known: of events with addresses it may be these. */
export function useKeyField(vertex: VertexInfo): string | undefined {
  const isAddress = useDashboard((dashboard) => {
    const source = selectJob(dashboard)?.parameters.source as { readonly key?: unknown } | undefined;
    return source?.key === 'ip';
  });
  const field = knownOperator(vertex)?.keyField;
  return field !== undefined && isAddress ? 'ip' : field;
}
