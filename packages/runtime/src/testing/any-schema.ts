import fc from 'fast-check';
import type { TypeSchema } from '../api/types.js';

/** Strings of all widths: latin1, wide, unpaired surrogates, short and long. */
export const anyString = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.array(fc.integer({ min: 0, max: 0xffff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
  fc.array(fc.integer({ min: 0, max: 0xff }), { maxLength: 40 }).map((units) => String.fromCharCode(...units)),
);
/** Names that generated code could trip over. */
const fieldName = fc.oneof(
  fc.constantFrom('__proto__', 'constructor', 'toString', 'a"b', "a'b", '`$', '\\', '\n\u2028', '', '0', 'value', 'end', '\ud800', '*/'),
  fc.string({ maxLength: 6 }),
);
const anyInt64 = fc.oneof(fc.maxSafeInteger(), fc.constantFrom(Number.MAX_SAFE_INTEGER, Number.MIN_SAFE_INTEGER, 0));
/** What the general codec keeps: see json-codec.ts for what it does not. */
const anyPlain = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    fc.constantFrom(null, undefined, true, false),
    fc.string({ unit: 'grapheme', maxLength: 10 }),
    fc.double().map((n) => n + 0),
    fc.integer(),
    fc.bigInt({ min: -(2n ** 80n), max: 2n ** 80n }),
    fc.date({ noInvalidDate: true }),
    fc.uint8Array({ maxLength: 10 }),
    fc.array(tie('tree'), { maxLength: 4 }),
    fc.dictionary(
      fc.string({ maxLength: 5 }).filter((name) => name !== '__proto__' && name !== 'toJSON'),
      tie('tree'),
      { maxKeys: 4, noNullPrototype: true },
    ),
    fc.array(fc.tuple(tie('tree'), tie('tree')), { maxLength: 3 }).map((entries) => new Map(entries)),
    fc.array(fc.integer(), { maxLength: 3 }).map((items) => new Set(items)),
  ),
})).tree;

const scalarSchema = fc.constantFrom<TypeSchema>(
  { kind: 'string' },
  { kind: 'boolean' },
  { kind: 'int32' },
  { kind: 'int64' },
  { kind: 'float64' },
  { kind: 'json' },
);
export const anySchema: fc.Arbitrary<TypeSchema> = fc.letrec<{ schema: TypeSchema }>((tie) => ({
  schema: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    scalarSchema,
    tie('schema').map((of): TypeSchema => ({ kind: 'nullable', of })),
    fc
      .uniqueArray(fc.record({ name: fieldName, type: tie('schema') }), { selector: ({ name }) => name, maxLength: 12 })
      .map((fields): TypeSchema => ({ kind: 'record', fields })),
  ),
})).schema;

export function valuesOf(schema: TypeSchema): fc.Arbitrary<unknown> {
  switch (schema.kind) {
    case 'string':
      return anyString;
    case 'boolean':
      return fc.boolean();
    case 'int32':
      return fc.integer();
    case 'int64':
      return anyInt64;
    case 'float64':
      return fc.double();
    case 'json':
      return anyPlain;
    case 'nullable':
      return fc.oneof(fc.constant(null), valuesOf(schema.of));
    case 'record':
      return fc.tuple(...schema.fields.map(({ type }) => valuesOf(type))).map((values) => {
        const object = {};
        schema.fields.forEach(({ name }, i) => {
          Object.defineProperty(object, name, { value: values[i], enumerable: true, writable: true, configurable: true });
        });
        return object;
      });
  }
}
