// `npm run bench`: installs and builds what is missing, then measures. `npm run bench -- --help` says what.
import './lib/node-version.mjs';
import { importBuilt, setUp } from './lib/setup.mjs';

try {
  await setUp();
  const { main } = await importBuilt('packages/bench/dist/main.js');
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error.name === 'SetupError' ? error.message : error);
  process.exitCode = 1;
}
