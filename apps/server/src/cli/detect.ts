import { checkOutput, checkReadable, checkTyped } from '../detect/inputs.js';
import { engineSettings } from './engine-settings.js';
import { helpText } from './help.js';
import { detectOptions } from './options/detect-options.js';
import { Output } from './output.js';
import { parseArguments } from './parser.js';
import { localPath } from './paths.js';
import { firstSignal } from './signals.js';
import { UsageError } from './usage-error.js';

const PURPOSE = `Runs the detection job over files, one after another in the order given, and ends when they end; - is standard input. Alerts are written once each,
whatever fails on the way. With --data-dir the same command finishes a run that was killed.`;

export async function detect(args: readonly string[], _environment: NodeJS.ProcessEnv): Promise<number> {
  const { given, positionals, properties, help } = parseArguments(detectOptions, args, true);
  if (help) {
    process.stdout.write(helpText('detect FILE… [OPTIONS]', PURPOSE, detectOptions, true));
    return 0;
  }
  checkTyped(positionals);
  const settings = engineSettings(given, properties);
  if (given.failEvery !== undefined && settings.restartStrategy?.kind === 'none') {
    throw new UsageError('--fail-every does not go with restart-strategy none: the first failure would end the job');
  }
  await checkReadable(positionals);
  const outputPath = given.output === undefined ? undefined : localPath(given.output, '--output');
  if (outputPath !== undefined) await checkOutput(positionals, outputPath);
  const stopped = firstSignal();
  const output = new Output(process.stdout);
  const [{ runDetect }, { startEmbeddedEngine: startEngine }] = await Promise.all([
    import('../detect/run.js'),
    import('@weir/runtime/engine'),
  ]);
  const code = await runDetect({
    typed: positionals,
    given,
    settings,
    stopped,
    ...(outputPath === undefined ? {} : { outputPath }),
    ...(given.dataDir === undefined ? {} : { dataDirectory: localPath(given.dataDir, '--data-dir') }),
    terminal: process.stderr,
    startEngine,
  });
  await output.flushed();
  return code;
}
