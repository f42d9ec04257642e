import type { VertexInfo } from '@weir/protocol';
import type { MachineColumn, VertexRole } from './topology.js';

const BY_ROLE: Readonly<Record<Exclude<VertexRole, 'operator'>, string>> = { source: 'Source', keyed: 'Process', sink: 'Sink' };

/** What is known of operators that ship with Weir, by uid: the field they are keyed by and the name of their state. */
const KNOWN: Readonly<Record<string, { readonly keyField: string; readonly state: string }>> = {
  'abnormal-count-process': { keyField: 'userId', state: 'abnormalCount' },
};

export function knownOperator(vertex: VertexInfo): { readonly keyField: string; readonly state: string } | undefined {
  return vertex.operators.map((operator) => KNOWN[operator.uid]).find((known) => known !== undefined);
}

/** What an operator that ships with Weir does, as a key of the messages. */
type Does = 'makesEvents' | 'follows' | 'reads' | 'receives' | 'counts' | 'writes';

const DOES: Readonly<Record<string, Does>> = {
  'random-user-event-source': 'makesEvents',
  'load-source': 'makesEvents',
  'followed-file-source': 'follows',
  'file-source': 'reads',
  'http-source': 'receives',
  'abnormal-count-process': 'counts',
  'alert-sink': 'writes',
};

export function whatItDoes(vertex: VertexInfo): Does | undefined {
  return vertex.operators.map((operator) => DOES[operator.uid]).find((does) => does !== undefined);
}

/** Source, Process, Sink where a graph has one of each, as in the seed system's picture; else the vertices' own names. */
export function titlesOf(columns: readonly MachineColumn[], roles: ReadonlyMap<string, VertexRole>): ReadonlyMap<string, string> {
  const vertices = columns.flatMap((column) => column.vertices);
  const alone = (role: VertexRole) => vertices.filter((vertex) => roles.get(vertex.id) === role).length === 1;
  return new Map(
    vertices.map((vertex) => {
      const role = roles.get(vertex.id) ?? 'operator';
      return [vertex.id, role !== 'operator' && alone(role) ? BY_ROLE[role] : headOf(vertex.name)];
    }),
  );
}

export function headOf(name: string): string {
  return (name.split(' -> ')[0] ?? name).replace(/^(Source|Sink): /, '');
}
