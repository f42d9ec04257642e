// `npm run flink:install`: Apache Flink into a cache that clones share. Needs Java and pip; nothing is done twice.
import './lib/node-version.mjs';
import { constants } from 'node:os';
import { importBuilt, setUp } from './lib/setup.mjs';

const stopped = new AbortController();
let signalled;
try {
  await setUp();
  const { installFlink } = await importBuilt('packages/flink/dist/index.js');
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) {
    process.on(signal, () => {
      signalled = signal;
      stopped.abort();
    });
  }
  const { home } = await installFlink((line) => console.error(`weir: ${line}`), stopped.signal);
  console.log(`Flink is installed in ${home}`);
} catch (error) {
  if (signalled) process.exitCode = 128 + constants.signals[signalled];
  else {
    console.error(error.name === 'SetupError' || error.name === 'FlinkError' ? error.message.trim() : error);
    process.exitCode = 1;
  }
}
