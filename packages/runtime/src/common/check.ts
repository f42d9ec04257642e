/**
 * Checks of plain data that was read from a file: small functions that return the value under its type or throw a `CheckError`
 * that says where. Objects are built anew from their known fields, so nothing unchecked gets through.
 */
export type Check<T> = (value: unknown, at: string) => T;

/** `message` reads on after the name of the file: "field operators[2].uid is not …". */
export class CheckError extends Error {}

function fail(at: string, what: string): never {
  throw new CheckError(`field ${at === '' ? '(all of it)' : at} ${what}`);
}

export const integer =
  (min: number, max: number): Check<number> =>
  (value, at) => {
    if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < min || value > max) {
      fail(at, `is not a whole number of ${min} to ${max}`);
    }
    return value;
  };

export const finite: Check<number> = (value, at) => {
  if (typeof value !== 'number' || !Number.isFinite(value)) fail(at, 'is not a number');
  return value;
};

export const flag: Check<boolean> = (value, at) => {
  if (typeof value !== 'boolean') fail(at, 'is not true or false');
  return value;
};

export const text =
  (maxLength: number, accept?: { readonly test: (value: string) => boolean; readonly what: string }): Check<string> =>
  (value, at) => {
    if (typeof value !== 'string') fail(at, 'is not a text');
    if (value.length > maxLength) fail(at, `is longer than ${maxLength} characters`);
    if (accept !== undefined && !accept.test(value)) fail(at, `is not ${accept.what}`);
    return value;
  };

export const oneOf =
  <const T extends string>(...values: readonly T[]): Check<T> =>
  (value, at) =>
    values.find((each) => each === value) ?? fail(at, `is none of ${values.join(', ')}`);

export const nullOr =
  <T>(check: Check<T>): Check<T | null> =>
  (value, at) =>
    value === null ? null : check(value, at);

/** For fields that may be absent. */
export const optional =
  <T>(check: Check<T>): Check<T | undefined> =>
  (value, at) =>
    value === undefined ? undefined : check(value, at);

export const listOf =
  <T>(check: Check<T>, maxLength: number): Check<readonly T[]> =>
  (value, at) => {
    if (!Array.isArray(value)) fail(at, 'is not a list');
    if (value.length > maxLength) fail(at, `has more than ${maxLength} elements`);
    return value.map((element, index) => check(element, `${at}[${index}]`));
  };

/** Plain data of no fixed form, as it is. */
export const anyObject: Check<Readonly<Record<string, unknown>>> = (value, at) => {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) fail(at, 'is not an object');
  return value as Record<string, unknown>;
};

export const shape =
  <T extends object>(fields: { readonly [K in keyof T]-?: Check<T[K]> }): Check<T> =>
  (value, at) => {
    const given = anyObject(value, at);
    const result: Partial<Record<keyof T, unknown>> = {};
    for (const name of Object.keys(fields) as (keyof T & string)[]) {
      const own = Object.hasOwn(given, name) ? given[name] : undefined;
      const checked = fields[name](own, at === '' ? name : `${at}.${name}`);
      if (checked !== undefined) result[name] = checked;
    }
    return result as T;
  };
