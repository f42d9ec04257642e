import type { MachineColumn } from '../../../job/topology.js';
import type { MachineLayout } from './layout.js';

const KEYED = 'var(--column-keyed)';
const WIDTHS = { source: 'var(--column-source)', keyed: KEYED, operator: 'var(--column-operator)', sink: 'var(--column-sink)' } as const;

/** Tracks of the lying machine: a TaskManager's own words, then a column per level with a gap behind it; an exchange takes what room there is. */
export function columnsTemplate(layout: MachineLayout): string {
  const exchanges = layout.columns.some((column) => column.exchangeAfter);
  const tracks = layout.columns.flatMap((column, index) => {
    const last = index === layout.columns.length - 1;
    if (last) return [widthOf(column, layout)];
    const gap = column.exchangeAfter || !exchanges ? 'minmax(132px, 1fr)' : 'var(--gap-forward)';
    return [widthOf(column, layout), gap];
  });
  return ['var(--column-meta)', ...(tracks.length === 0 ? ['minmax(0, 1fr)'] : tracks)].join(' ');
}

/** Tracks of the turned machine, from above: tags and words, then a row per level with a gap behind it. */
export function rowsTemplate(layout: MachineLayout): string {
  const tracks = layout.columns.flatMap((column, index) => {
    const last = index === layout.columns.length - 1;
    return last ? ['auto'] : ['auto', column.exchangeAfter ? '116px' : '40px'];
  });
  return ['auto', ...tracks].join(' ');
}

function widthOf(column: MachineColumn, layout: MachineLayout): string {
  const roles = column.vertices.map((vertex) => layout.roles.get(vertex.id) ?? 'operator');
  return roles.includes('keyed') ? KEYED : WIDTHS[roles[0] ?? 'operator'];
}
