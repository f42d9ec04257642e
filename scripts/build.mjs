// `npm run build`: installs and builds what is missing, as every other command does first.
import './lib/node-version.mjs';
import { setUp } from './lib/setup.mjs';

setUp().catch((error) => {
  console.error(error.name === 'SetupError' ? error.message : error);
  process.exitCode = 1;
});
