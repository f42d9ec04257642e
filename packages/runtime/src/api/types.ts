import type { MemorySegment } from '../memory/memory-segment.js';

/**
 * Declared types of records and of state. A declaration is a value; the TypeScript type follows from it:
 *
 *     const userEvent = record({ userId: string(), isAbnormal: boolean(), timestamp: nullable(int64()) });
 *     type UserEvent = TypeOf<typeof userEvent>;
 *
 * A declared record is written field by field by a codec compiled from it; what has no declaration goes through
 * `json()`, a general codec, slower. Its `schema` is plain data and stands in each checkpoint.
 */
export interface TypeInformation<T> {
  readonly schema: TypeSchema;
  /** Carries T for inference only; never set. */
  readonly _type?: T;
}

export type TypeOf<I> = I extends TypeInformation<infer T> ? T : never;

export type TypeSchema =
  | { readonly kind: 'string' | 'boolean' | 'int32' | 'int64' | 'float64' | 'json' }
  | { readonly kind: 'nullable'; readonly of: TypeSchema }
  | { readonly kind: 'record'; readonly fields: readonly { readonly name: string; readonly type: TypeSchema }[] };

const type = <T>(schema: TypeSchema): TypeInformation<T> => ({ schema });

/** Any JavaScript string, unpaired surrogates too. */
export const string = (): TypeInformation<string> => type({ kind: 'string' });
export const boolean = (): TypeInformation<boolean> => type({ kind: 'boolean' });
/** An integer of −2³¹ … 2³¹−1. */
export const int32 = (): TypeInformation<number> => type({ kind: 'int32' });
/** A safe integer: −(2⁵³−1) … 2⁵³−1. */
export const int64 = (): TypeInformation<number> => type({ kind: 'int64' });
export const float64 = (): TypeInformation<number> => type({ kind: 'float64' });
/** Whatever the structured general codec takes: plain objects, arrays, Map, Set, Date, bigint, binary. */
export const json = <T>(): TypeInformation<T> => type({ kind: 'json' });
export const nullable = <T>(of: TypeInformation<T>): TypeInformation<T | null> => type({ kind: 'nullable', of: of.schema });

export function record<F extends Record<string, TypeInformation<unknown>>>(fields: F): TypeInformation<{ [K in keyof F]: TypeOf<F[K]> }> {
  return type({
    kind: 'record',
    fields: Object.entries(fields).map(([name, of]) => ({ name, type: of.schema })),
  });
}

/**
 * Writes values of one type into memory and reads them back. Made by `serializerFor(schema)`.
 *
 * `write` and `read` work at any position that is a multiple of 8 and never look outside `[position, end)`.
 */
export interface TypeSerializer<T> {
  readonly schema: TypeSchema;
  /** An upper bound of the bytes that `write` will use for this value; cheap to compute. */
  maxSize(value: T): number;
  /** Returns the end position. Throws a `SerializationError` naming the field if the value is not of the type. */
  write(value: T, target: MemorySegment, position: number): number;
  /** Returns a fresh value that keeps no reference to `source`. */
  read(source: MemorySegment, position: number): T;
}
