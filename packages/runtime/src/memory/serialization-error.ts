import { WeirError } from '../common/errors.js';

/** A value is not of the type that was declared for it. `field` is its path within the value ('' for the value itself). */
export class SerializationError extends WeirError {
  readonly field: string;
  readonly expected: string;

  constructor(field: string, expected: string, value: unknown, options?: { cause?: unknown }) {
    super('SERIALIZATION', `${field === '' ? 'value' : `field ${field}`}: expected ${expected}, got ${describeValue(value)}`, options);
    this.field = field;
    this.expected = expected;
  }
}

/** Names the kind always, the content only of scalars: a whole record in a message helps nobody. */
function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `the string ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
    case 'number':
      return `the number ${Object.is(value, -0) ? '-0' : value}`;
    case 'bigint':
      return `the bigint ${value}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      return Array.isArray(value) ? 'an array' : 'an object';
    default:
      return `a ${typeof value}`;
  }
}
