/** What JSON can say of a stored value, for reading by people: `json()` state may hold more than that. */
export function plainValue(value: unknown, depth = 0): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object' || value === null) return value;
  // A value that contains itself has no end.
  if (depth > 64) return '…';
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? 'Invalid Date' : value.toISOString();
  if (value instanceof Uint8Array) return Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString('base64');
  if (value instanceof Set) return Array.from(value, (each) => plainValue(each, depth + 1));
  if (value instanceof Map) return Array.from(value, ([key, each]) => [plainValue(key, depth + 1), plainValue(each, depth + 1)]);
  if (Array.isArray(value)) return value.map((each) => plainValue(each, depth + 1));
  const result: Record<string, unknown> = {};
  for (const [name, each] of Object.entries(value)) setOwn(result, name, plainValue(each, depth + 1));
  return result;
}

/** A key of a stream may be `__proto__`, which an assignment would take for something else. */
export function setOwn(target: Record<string, unknown>, name: string, value: unknown): void {
  Object.defineProperty(target, name, { value, enumerable: true, configurable: true, writable: true });
}
