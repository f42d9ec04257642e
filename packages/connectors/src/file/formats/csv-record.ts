import type { Beyond } from './format.js';

/** RFC 4180's quoting, as positions of bytes (to find where a record ends) and as text (to take it apart). */

const NEWLINE = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;
const COMMA = 44;

/**
 * Just past the line end of the record at `from`, which may be in a later line: a quoted field may hold line ends. -1 if it is not
 * within `[from, end)`. A record whose quotes are not as they should be ends with its first line, so that one stray quote costs one line.
 */
export function csvRecordEnd(bytes: Buffer, from: number, end: number, beyond: Beyond): number {
  const firstLine = bytes.indexOf(NEWLINE, from);
  const firstLineEnd = firstLine === -1 || firstLine >= end ? -1 : firstLine + 1;
  if (firstLineEnd !== -1 && !hasQuote(bytes, from, firstLineEnd)) return firstLineEnd;
  for (let at = from; at < end; ) {
    if (bytes[at] === QUOTE) {
      at = afterClosingQuote(bytes, at, end);
      if (at === -1) return beyond === 'more' ? -1 : firstLineEnd;
      if (at === end) break;
      const next = bytes[at];
      if (next !== COMMA && next !== NEWLINE && next !== CARRIAGE_RETURN) return firstLineEnd;
    } else {
      while (at < end && bytes[at] !== COMMA && bytes[at] !== NEWLINE) at++;
    }
    if (at >= end) break;
    if (bytes[at] === CARRIAGE_RETURN) {
      if (at + 1 === end) break;
      if (bytes[at + 1] !== NEWLINE) return firstLineEnd;
      at++;
    }
    if (bytes[at] === NEWLINE) return at + 1;
    at++;
  }
  return beyond === 'too-long' ? firstLineEnd : -1;
}

/** By hand: `indexOf` has no end and would look through all that is buffered, line by line. */
function hasQuote(bytes: Buffer, from: number, end: number): boolean {
  for (let at = from; at < end; at++) if (bytes[at] === QUOTE) return true;
  return false;
}

/** -1 if the quote that opens at `at` is not closed before `end`. */
function afterClosingQuote(bytes: Buffer, at: number, end: number): number {
  for (let i = at + 1; ; i++) {
    i = bytes.indexOf(QUOTE, i);
    if (i === -1 || i >= end) return -1;
    // At the very end a quote may be the first of two.
    if (bytes[i + 1] !== QUOTE || i + 1 >= end) return i + 1;
    i++;
  }
}

/** The fields of one record without its line end, or what is wrong with it. */
export function csvFields(text: string): string[] | { readonly wrong: string } {
  if (!text.includes('"')) return text.split(',');
  const fields: string[] = [];
  for (let at = 0; ; at++) {
    if (text[at] === '"') {
      let close = at;
      do close = text.indexOf('"', close + 1);
      while (close !== -1 && text[close + 1] === '"' && ++close);
      if (close === -1) return { wrong: 'a quoted field is not closed' };
      fields.push(text.slice(at + 1, close).replaceAll('""', '"'));
      at = close + 1;
      if (at < text.length && text[at] !== ',') return { wrong: 'text after a closing quote' };
    } else {
      const comma = text.indexOf(',', at);
      const field = text.slice(at, comma === -1 ? text.length : comma);
      if (field.includes('"')) return { wrong: 'a quote within a field that is not quoted' };
      fields.push(field);
      at = comma === -1 ? text.length : comma;
    }
    if (at >= text.length) return fields;
  }
}
