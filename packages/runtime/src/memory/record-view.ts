import type { SerializerSource } from './serializer-compiler.js';

/** On a record that is a view of a buffer: gives a plain copy. Not enumerable, so that a copy by `{ ...view }` is plain. */
export const RECORD_VIEW = Symbol('weir.record-view');

/** What may be kept: a plain copy of a record that is a view of a buffer, anything else as it is. */
export function plain<T>(value: T): T {
  if (typeof value !== 'object' || value === null) return value;
  const copy = (value as { readonly [RECORD_VIEW]?: () => T })[RECORD_VIEW];
  return copy === undefined ? value : copy();
}

/**
 * JavaScript source of a record that reads its fields from a buffer when they are asked for: own, enumerable accessors, so that it looks as a plain record
 * does to `{ ...view }`, `JSON.stringify` and structured clone. Free names are those of the accessors, and `RECORD_VIEW`.
 *
 * Each view has a constructor of its own. Made from one object literal, two views with fields of the same names but other accessors would share hidden classes,
 * and V8 turns the second into a dictionary.
 */
export function viewSource({ accessors }: SerializerSource): string {
  const fields = accessors.map(([name]) => `[${JSON.stringify(name)}]: view[${JSON.stringify(name)}]`);
  return `(() => {
    function View() {}
    View.prototype = Object.prototype;
    const view = new View();
    ${accessors.map(([name, body]) => `Object.defineProperty(view, ${JSON.stringify(name)}, { enumerable: true, configurable: true, get() { ${body} } });`).join('\n')}
    Object.defineProperty(view, RECORD_VIEW, { value() { return { ${fields.join(', ')} }; } });
    return view;
  })()`;
}
