// Adds up the test runners' JSON reports in a directory: `N passed, N failed, N skipped`.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const [directory, failedChecks] = process.argv.slice(2);
let passed = 0;
let failed = Number(failedChecks);
let skipped = 0;
const files = readdirSync(directory);
const endings = (ending) => files.filter((file) => file.endsWith(ending)).map((file) => file.slice(0, -ending.length));
const reported = new Set();
for (const name of endings('.json')) {
  const report = JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8'));
  passed += report.numPassedTests;
  failed += report.numFailedTests;
  skipped += report.numPendingTests + report.numTodoTests;
  if (report.numFailedTests > 0) reported.add(name);
}
// A runner that ended badly without a failed test: a file that does not load, an error outside of tests, a crash.
for (const name of endings('.failed')) if (!reported.has(name)) failed++;
console.log(`${passed} passed, ${failed} failed, ${skipped} skipped`);
process.exitCode = failed > 0 || passed === 0 ? 1 : 0;
