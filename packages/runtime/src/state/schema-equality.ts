import type { TypeSchema } from '../api/types.js';

/** Whether values of one type are values of the other. The order of a record's fields does not matter: checkpoints are read by the schema in them. */
export function sameType(a: TypeSchema, b: TypeSchema): boolean {
  if (a.kind === 'record' && b.kind === 'record') {
    if (a.fields.length !== b.fields.length) return false;
    const types = new Map(b.fields.map((field) => [field.name, field.type]));
    return a.fields.every(({ name, type }) => {
      const other = types.get(name);
      return other !== undefined && sameType(type, other);
    });
  }
  if (a.kind === 'nullable' && b.kind === 'nullable') return sameType(a.of, b.of);
  return a.kind === b.kind;
}

/** For messages: `record { userId: string, at: nullable int64 }`. */
export function typeName(schema: TypeSchema): string {
  if (schema.kind === 'record') return `record { ${schema.fields.map(({ name, type }) => `${name}: ${typeName(type)}`).join(', ')} }`;
  if (schema.kind === 'nullable') return `nullable ${typeName(schema.of)}`;
  return schema.kind;
}
