// Entry of `npm start` and `npm run weir -- …`: installs and builds what is missing, then runs the command line in this very process,
// so that a signal reaches it directly.
import './lib/node-version.mjs';

const args = process.argv.slice(2);
import('./lib/setup.mjs')
  // `start` that is told to stop before it started has nothing to save: stopped cleanly.
  .then(({ setUp, importBuilt }) =>
    setUp({ exitCodeOnSignal: args[0] === 'start' ? 0 : undefined }).then(() => importBuilt('apps/server/dist/cli/main.js')),
  )
  .then(({ main }) => main(args))
  .then(
    (code) => {
      if (typeof code === 'number') process.exitCode = code;
    },
    (error) => {
      console.error(error && error.name === 'SetupError' ? error.message : error);
      process.exitCode = 1;
    },
  );
