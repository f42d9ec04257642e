import type { VertexInfo } from '@weir/protocol';
import { useMemo } from 'react';
import { useDashboard } from '../../connection/store.js';
import { useMessages } from '../../messages/use-messages.js';
import type { TimeWindow } from '../time/time-axis.js';
import { type Bucket, bucketsOf, inOne } from './buckets.js';
import { type Column, columnColour, columnsOf, MOST_STACKED } from './columns.js';
import { throughputMessages } from './messages.js';

interface VertexRates {
  readonly columns: readonly Column[];
  readonly buckets: readonly Bucket[];
  readonly colour: (index: number) => string;
  /** Each task is one user's, as the simulated source makes them. */
  readonly isOfUsers: boolean;
}

/** What passed each task of a vertex in the window; all of it in one column where there are too many to tell apart. */
export function useVertexRates(vertex: VertexInfo | undefined, title: string, { from, to }: TimeWindow): VertexRates {
  const text = useMessages(throughputMessages);
  const series = useDashboard((dashboard) => dashboard.state?.series);
  const isOfUsers = useDashboard((dashboard) => dashboard.state?.source.kind === 'simulated');
  return useMemo(() => {
    const all = vertex === undefined ? [] : columnsOf(vertex, title, series);
    const names = all.map(({ id }) => id);
    const parts = series === undefined ? [] : bucketsOf(series, { from, to }, names);
    const asOne = all.length > MOST_STACKED;
    const columns = asOne ? [{ id: 'all', name: text.all(title), index: 0 }] : all;
    const colour = (index: number) => columnColour(index, columns.length, isOfUsers);
    return { columns, buckets: asOne ? inOne(parts, 'all') : parts, colour, isOfUsers };
  }, [vertex, title, series, from, to, text, isOfUsers]);
}
