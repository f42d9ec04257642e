import { defineConfig } from 'vitest/config';

const minutes = 60_000;

/** What `@weir/…` means is in each package's "exports": the build. `npm test` builds first. */
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['{packages,apps}/*/src/**/*.test.ts', 'scripts/**/*.test.mjs'],
          testTimeout: 20_000,
          hookTimeout: 20_000,
        },
      },
      {
        // Real threads, processes, ports and disks: one file at a time, after the units.
        test: {
          name: 'integration',
          include: ['{packages,apps}/*/test/**/*.test.ts'],
          fileParallelism: false,
          sequence: { groupOrder: 1 },
          testTimeout: 10 * minutes,
          hookTimeout: 2 * minutes,
        },
      },
      {
        // The page of the real server in a real browser, after everything else.
        test: {
          name: 'browser',
          include: ['apps/dashboard/e2e/**/*.test.ts'],
          globalSetup: 'apps/dashboard/e2e/support/find-browser.ts',
          fileParallelism: false,
          sequence: { groupOrder: 2 },
          testTimeout: 2 * minutes,
          hookTimeout: 2 * minutes,
        },
      },
    ],
  },
});
