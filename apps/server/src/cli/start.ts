import { isLoopback } from '../http/security.js';
import { serverVersion } from '../version.js';
import { engineSettings } from './engine-settings.js';
import { helpText } from './help.js';
import { startOptions } from './options/start-options.js';
import { Output } from './output.js';
import { parseArguments } from './parser.js';
import { localPath } from './paths.js';
import { firstSignal } from './signals.js';
import { UsageError } from './usage-error.js';
import { integer } from './values.js';

const PURPOSE = `Runs the server with the embedded engine and the detection job, until SIGINT or SIGTERM. A job that was running goes on from its
latest checkpoint, whatever ended the process. Environment: WEIR_HOST, WEIR_PORT, WEIR_DATA_DIR, WEIR_TOKEN, WEIR_WEBHOOK_SECRET.`;

/** Clean-up that hangs must not keep the process beyond the 10 s that are promised. */
const LATEST_EXIT = 9_500;

export async function start(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const { given, positionals, properties, help } = parseArguments(startOptions, args, true);
  if (help) {
    process.stdout.write(helpText('start [OPTIONS]', PURPOSE, startOptions, true));
    return 0;
  }
  if (positionals.length > 0) throw new UsageError(`start takes no argument "${positionals[0]}"`);
  const settings = engineSettings(given, properties);
  const host = given.host ?? (environment.WEIR_HOST || '127.0.0.1');
  const token = environment.WEIR_TOKEN || undefined;
  if (!isLoopback(host) && token === undefined)
    throw new UsageError(`--host ${host} can be reached from other machines: set WEIR_TOKEN to a secret first`);
  const port = given.port ?? (environment.WEIR_PORT ? integer(0, 65_535)(environment.WEIR_PORT, 'WEIR_PORT') : 8088);
  const dataDirectory = localPath(given.dataDir ?? (environment.WEIR_DATA_DIR || '.weir'), '--data-dir');

  const stopped = firstSignal();
  const output = new Output(process.stdout);
  const [{ Server }, { startEmbeddedEngine: startEngine }] = await Promise.all([import('../server.js'), import('@weir/runtime/engine')]);
  const server = await Server.start({
    host,
    port,
    dataDirectory,
    given,
    settings,
    version: serverVersion(),
    print: (line) => output.line(line),
    startEngine,
    ...(token === undefined ? {} : { token }),
    ...(environment.WEIR_WEBHOOK_SECRET ? { webhookSecret: environment.WEIR_WEBHOOK_SECRET } : {}),
    stopped,
  });
  await stopped;
  const latest = setTimeout(() => process.exit(0), LATEST_EXIT);
  await server.stop();
  await output.flushed();
  clearTimeout(latest);
  return 0;
}
