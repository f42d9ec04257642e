import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { csvFields, csvRecordEnd } from './csv-record.js';

const quoted = (field: string, always: boolean): string => (always || /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field);

/** As the reader does it: cut by bytes, then taken apart as text. */
function parseAll(text: string): unknown[] {
  const bytes = Buffer.from(text);
  const records: unknown[] = [];
  for (let from = 0; from < bytes.length; ) {
    const found = csvRecordEnd(bytes, from, bytes.length, 'file-end');
    const end = found === -1 ? bytes.length : found;
    records.push(csvFields(bytes.toString('utf8', from, end).replace(/\r?\n$/, '')));
    from = end;
  }
  return records;
}

const field = fc.string({ unit: fc.constantFrom('a', 'é', ',', '"', '\n', '\r\n', ' ', '한'), maxLength: 6 });
const rows = fc.array(fc.array(fc.tuple(field, fc.boolean()), { minLength: 2, maxLength: 4 }), { minLength: 1, maxLength: 6 });

describe('csv records', () => {
  it('come back as they were written, whatever stands in them', () => {
    fc.assert(
      fc.property(rows, fc.constantFrom('\n', '\r\n'), fc.boolean(), (table, lineEnd, endsWithLineEnd) => {
        const text =
          table.map((row) => row.map(([value, always]) => quoted(value, always)).join(',')).join(lineEnd) +
          (endsWithLineEnd ? lineEnd : '');
        fc.pre(!text.endsWith('\r'));
        expect(parseAll(text)).toEqual(table.map((row) => row.map(([value]) => value)));
      }),
      { numRuns: 2_000 },
    );
  });

  it('end where they end however much is seen of them', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('a', ',', '"', '\n', '\r'), maxLength: 30 }), (text) => {
        const bytes = Buffer.from(`${text}\nz\n`);
        const whole = csvRecordEnd(bytes, 0, bytes.length, 'more');
        for (let seen = 0; seen < bytes.length; seen++) {
          const part = csvRecordEnd(bytes, 0, seen, 'more');
          expect(part === -1 || part === whole).toBe(true);
        }
      }),
      { numRuns: 5_000 },
    );
  });

  it('that are broken cost their first line alone', () => {
    expect(parseAll('"open,1\nb,2\nc,3\n')).toEqual([{ wrong: 'a quoted field is not closed' }, ['b', '2'], ['c', '3']]);
    expect(parseAll('"a"x,1\nb,2\n')).toEqual([{ wrong: 'text after a closing quote' }, ['b', '2']]);
    expect(parseAll('a"b,1\nb,2\n')).toEqual([{ wrong: 'a quote within a field that is not quoted' }, ['b', '2']]);
    expect(parseAll('"a\n"b,1\nc,2')).toEqual([
      { wrong: 'a quoted field is not closed' },
      { wrong: 'a quoted field is not closed' },
      ['c', '2'],
    ]);
  });
});
