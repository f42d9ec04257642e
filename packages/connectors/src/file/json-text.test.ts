import fc from 'fast-check';
import { expect, it } from 'vitest';
import { jsonText } from './json-text.js';

it('is what JSON.stringify gives', () => {
  for (let unit = 0; unit <= 0xffff; unit++) {
    const text = `a${String.fromCharCode(unit)}`;
    expect(jsonText(text)).toBe(JSON.stringify(text));
  }
  fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => jsonText(text) === JSON.stringify(text)));
});
