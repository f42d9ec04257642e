import { expect, test } from 'vitest';
import { intoMarkdown } from './markdown.js';
import type { Report } from './results.js';

function report(name: string, value: number): Report {
  return {
    at: '2026-11-25T10:00:00.000Z',
    version: '1.2.3',
    machine: { cores: 2, cpu: 'CPU', memory: '4 GiB', kernel: 'Linux 6', node: 'v20' },
    command: `npm run bench -- --only ${name}`,
    contenders: { weir: { flags: 'none' } },
    measurements: [
      {
        name,
        title: name.toUpperCase(),
        method: 'By looking.',
        figures: [{ name: 'a', unit: 'ms', median: value, min: value, max: value, values: [value] }],
        notes: [],
        voidRounds: [],
      },
    ],
  };
}

test('tables take the places of the older ones of their name, and nothing else changes', () => {
  const first = intoMarkdown(
    '# Title\n\n<!-- figures: machine -->\n<!-- end -->\n\nWhy.\n\n<!-- figures: b -->\n<!-- end -->\n\nAfter.\n',
    report('b', 1),
  );
  expect(first).toMatch(
    /^# Title\n\n<!-- figures: machine -->\n\n- Weir 1\.2\.3.*\n- 2 cores.*\n- weir: flags: none\n\n<!-- end -->\n\nWhy\.\n\n<!-- figures: b -->\n\n### B\n/,
  );
  expect(first).toContain('| a | 1.00 ms | 1.00 ms | 1.00 ms | 1 |  |');
  expect(first.endsWith('<!-- end -->\n\nAfter.\n')).toBe(true);
  expect(intoMarkdown(first, report('b', 2))).toBe(first.replaceAll('1.00 ms', '2.00 ms'));
  const both = intoMarkdown(first, report('c', 3));
  expect(both.startsWith(first.trimEnd().replace('--only b`\n- 2', '--only c`\n- 2'))).toBe(true);
  expect(both).toContain('### C');
  expect(intoMarkdown('', report('c', 3))).toMatch(/^<!-- figures: machine -->/);
});
