import { join } from 'node:path';
import { type CheckpointReader, listCheckpoints, readCheckpoint } from '@weir/runtime/storage';
import { readCluster } from '../data-directory/data-directory.js';
import { helpText } from './help.js';
import { checkpointListOptions, checkpointShowOptions } from './options/checkpoint-options.js';
import { parseArguments } from './parser.js';
import { localPath } from './paths.js';
import { UsageError } from './usage-error.js';

const HELP = `Usage: weir checkpoint list [OPTIONS]
       weir checkpoint show PATH [OPTIONS]

  weir checkpoint list --help, weir checkpoint show --help    the options of each
`;

export async function checkpoint(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const [name, ...rest] = args;
  if (name === 'list') return await list(rest, environment);
  if (name === 'show') return await show(rest);
  if (name === '--help' || name === '-h') {
    process.stdout.write(HELP);
    return 0;
  }
  throw new UsageError(
    name === undefined ? 'checkpoint: say list or show' : `checkpoint: unknown command "${name}"; there are list and show`,
  );
}

async function list(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<number> {
  const { given, positionals, help } = parseArguments(checkpointListOptions, args, false);
  if (help) {
    process.stdout.write(
      helpText(
        'checkpoint list [OPTIONS]',
        'Lists the checkpoints of each job, newest first, and whether each could be restored.',
        checkpointListOptions,
        false,
      ),
    );
    return 0;
  }
  if (positionals.length > 0) throw new UsageError(`checkpoint list takes no argument "${positionals[0]}"`);
  if (given.dataDir !== undefined && given.checkpointDir !== undefined)
    throw new UsageError('--data-dir and --checkpoint-dir exclude each other');
  const root =
    given.checkpointDir === undefined
      ? checkpointRoot(localPath(given.dataDir ?? (environment.WEIR_DATA_DIR || '.weir'), '--data-dir'))
      : localPath(given.checkpointDir, '--checkpoint-dir');
  const jobs = await listCheckpoints(root);
  if (given.json) {
    process.stdout.write(
      `${JSON.stringify(jobs.map(({ jobId, checkpoints }) => ({ jobId, checkpoints: checkpoints.map(({ metadata: _, ...each }) => each) })))}\n`,
    );
    return 0;
  }
  if (jobs.length === 0) process.stdout.write(`no checkpoints in ${root}\n`);
  for (const { jobId, checkpoints } of jobs) {
    process.stdout.write(`job ${jobId}\n`);
    for (const { id, status, size, time, path, reason } of checkpoints) {
      process.stdout.write(
        `  chk-${id}  ${status}  ${size} B  ${new Date(time).toISOString()}  ${path}${reason === undefined ? '' : `  (${reason})`}\n`,
      );
    }
  }
  return 0;
}

/** Where the server of that data directory writes them, which `--checkpoint-dir` may have moved. */
function checkpointRoot(dataDirectory: string): string {
  return readCluster(join(dataDirectory, 'cluster.json')).checkpointDirectory ?? join(dataDirectory, 'checkpoints');
}

async function show(args: readonly string[]): Promise<number> {
  const { given, positionals, help } = parseArguments(checkpointShowOptions, args, false);
  if (help) {
    process.stdout.write(
      helpText(
        'checkpoint show PATH [OPTIONS]',
        'Shows what is in a checkpoint or savepoint. PATH is its directory (chk-N) or its _metadata.',
        checkpointShowOptions,
        false,
      ),
    );
    return 0;
  }
  if (positionals.length !== 1) throw new UsageError('checkpoint show takes one PATH, a chk-N directory or its _metadata');
  const reader = await readCheckpoint(localPath(positionals[0], 'PATH'));
  const keyed = await keyedState(reader);
  if (given.json) {
    process.stdout.write(
      `${JSON.stringify(given.all ? { ...about(reader), keyedState: keyed, ...(await rest(reader)) } : oneOrByUid(keyed))}\n`,
    );
    return 0;
  }
  const { jobId, jobName, checkpointId, isSavepoint, triggerTimestamp } = reader.metadata;
  process.stdout.write(
    `${isSavepoint ? 'savepoint' : 'checkpoint'} ${checkpointId} of job ${jobId} (${jobName}), ${new Date(triggerTimestamp).toISOString()}\n`,
  );
  for (const [uid, byKey] of Object.entries(keyed)) {
    process.stdout.write(`\nkeyed state of ${uid}, ${Object.keys(byKey).length} keys\n`);
    for (const [key, states] of Object.entries(byKey)) process.stdout.write(`  ${JSON.stringify(key)}: ${JSON.stringify(states)}\n`);
  }
  if (given.all) process.stdout.write(`\n${JSON.stringify(await rest(reader), null, 2)}\n`);
  return 0;
}

type KeyedState = Readonly<Record<string, Awaited<ReturnType<CheckpointReader['keyedState']>>>>;

async function keyedState(reader: CheckpointReader): Promise<KeyedState> {
  const entries: [string, KeyedState[string]][] = [];
  for (const uid of reader.uidsWith('keyed')) entries.push([uid, await reader.keyedState(uid)]);
  return Object.fromEntries(entries);
}

/** The one keyed operator's state as it is; of several, each under its uid. */
function oneOrByUid(keyed: KeyedState): object {
  const states = Object.values(keyed);
  return states.length === 1 ? states[0] : keyed;
}

function about(reader: CheckpointReader): object {
  const { jobId, jobName, lineage, checkpointId, isSavepoint, unaligned, triggerTimestamp } = reader.metadata;
  return { jobId, jobName, lineage, checkpointId, isSavepoint, unaligned, triggerTimestamp };
}

async function rest(reader: CheckpointReader): Promise<object> {
  const operatorState: [string, unknown][] = [];
  for (const uid of reader.uidsWith('operator')) operatorState.push([uid, await reader.operatorState(uid)]);
  return {
    operatorState: Object.fromEntries(operatorState),
    offsets: await reader.offsets(),
    ledger: (await reader.ledger()) ?? null,
    sizes: reader.sizes(),
  };
}
