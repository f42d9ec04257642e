import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, it } from 'vitest';
import { removeTemporaryDirectories, temporaryDirectory } from './support/temporary.js';
import { killAll, WeirProcess } from './support/weir-process.js';

afterEach(async () => {
  await killAll();
  removeTemporaryDirectories();
});

it.each([
  { thread: 'taskmanager-2', named: 'taskmanager-2' },
  { thread: 'jobmanager', named: 'the JobManager' },
])('a thread that dies as soon as it begins ends weir start with a sentence: $thread', async ({ thread, named }) => {
  const directory = temporaryDirectory();
  const broken = join(directory, 'broken.mjs');
  writeFileSync(
    broken,
    `import { isMainThread, workerData } from 'node:worker_threads';
     if (!isMainThread && (workerData?.id ?? 'jobmanager') === '${thread}') throw new Error('no such library');`,
  );
  const process = new WeirProcess(['start', '--port', '0', '--data-dir', join(directory, 'data')], [], {
    NODE_OPTIONS: `--import=${broken}`,
  });
  await process.exited;
  expect(process.exit).toEqual({ code: 1, signal: null });
  expect(process.stderr.trim().split('\n')).toHaveLength(1);
  expect(process.stderr).toMatch(new RegExp(`the engine cannot start: ${named} ended 3 times .*no such library`));
});
