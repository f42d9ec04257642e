// `npm test`: every unit and integration test; `npm test -- packages/runtime` those whose path has that in it. Other arguments are vitest's.
import './lib/node-version.mjs';
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { join } from 'node:path';
import { cleanEnvironment, root, setUp } from './lib/setup.mjs';

try {
  await setUp();
} catch (error) {
  console.error(error.name === 'SetupError' ? error.message : error);
  process.exit(1);
}

const vitest = spawn(process.execPath, [join(root, 'node_modules/vitest/vitest.mjs'), 'run', ...process.argv.slice(2)], {
  cwd: root,
  env: cleanEnvironment(),
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => vitest.kill(signal));
vitest.on('error', (error) => {
  console.error(error);
  process.exitCode = 1;
});
vitest.on('exit', (code, signal) => {
  process.exitCode = code ?? 128 + constants.signals[signal];
});
