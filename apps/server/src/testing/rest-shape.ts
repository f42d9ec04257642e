/** Objects whose keys are data. */
const OPEN = new Set(['user-config', 'properties']);
/** What Flink itself leaves out or leaves null. */
const NULLABLE = new Set(['failed', 'restored', 'savepoint', 'savepointFormat', 'root-exception', 'timestamp']);

/** Flink writes "NaN" where it has no figure. */
function isFigure(value: unknown): boolean {
  return typeof value === 'number' || value === 'NaN';
}

function kind(value: unknown): string {
  return isFigure(value) ? 'number' : value === null ? 'null' : Array.isArray(value) ? 'list' : typeof value;
}

/** Where `got` lacks a field of `want` or has it with another type: the same comparison as the check from outside. */
export function shapeDifferences(want: unknown, got: unknown, at = ''): readonly string[] {
  const name = at.slice(at.lastIndexOf('.') + 1);
  if (want === null || (got === null && NULLABLE.has(name))) return [];
  if (kind(want) !== kind(got)) return [`${at}: ${kind(got)}, Flink has ${kind(want)}`];
  if (Array.isArray(want)) {
    const list = got as readonly unknown[];
    if (want.length > 0 && list.length > 0) return shapeDifferences(want[0], list[0], `${at}[0]`);
    return want.length > 0 && at === '' ? ['an empty list'] : [];
  }
  if (kind(want) !== 'object') return [];
  const fields = want as Readonly<Record<string, unknown>>;
  if (OPEN.has(name) || Object.keys(fields).some((key) => /^[0-9a-f]{32}$/.test(key))) return [];
  const other = got as Readonly<Record<string, unknown>>;
  return Object.keys(fields).flatMap((key) =>
    key in other ? shapeDifferences(fields[key], other[key], `${at}.${key}`) : [`${at}.${key} is missing`],
  );
}
