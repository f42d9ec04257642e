import { expect, it } from 'vitest';
import { launch } from './support/visit.js';

// Elsewhere the tests of this folder are skipped where no browser can be had.
it.runIf(process.env.CI)('a browser can be had: Chromium of the system, or one that npm fetches', () => {
  expect(launch).toBeDefined();
});
