import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { RunError } from '../cli/usage-error.js';
import type { ClusterSettings } from '../settings.js';
import { writeFileDurably } from './durable-file.js';
import { DirectoryInUseError, type DirectoryLock, lockDirectory } from './lock.js';

/** A killed process takes a moment to be gone: its last threads may still be inside a write. */
const WAIT_FOR_THE_DYING = 1_000;

/** What Weir keeps on disk, by name. One process at a time: whoever has this object has the lock. */
export interface DataDirectory {
  readonly path: string;
  readonly checkpoints: string;
  readonly savepoints: string;
  readonly alerts: string;
  /** Standard input, spooled. */
  readonly spool: string;
  /** The simulated source's schedules, by job line. */
  readonly speed: string;
  /** What sinks keep beside their output. */
  readonly work: string;
  /** Cluster settings of the last start, so that the next finds its checkpoints and its slots again. */
  readCluster(): ClusterSettings;
  writeCluster(settings: ClusterSettings): void;
  /** Renames jobs, checkpoints and what was accepted over HTTP to dated siblings; returns where they are now. Alerts stay. */
  moveAside(checkpointDirectory: string, now: Date): readonly string[];
  release(): void;
}

/** Makes the directory if need be and takes its lock; a second process gets a `RunError` that names the first's pid. */
export async function openDataDirectory(path: string): Promise<DataDirectory> {
  try {
    mkdirSync(path, { recursive: true });
  } catch (error) {
    throw new RunError(`${path} cannot be made a data directory: ${(error as Error).message}`);
  }
  const lock = await takeLock(path);
  const cluster = join(path, 'cluster.json');
  return {
    path,
    checkpoints: join(path, 'checkpoints'),
    savepoints: join(path, 'savepoints'),
    alerts: join(path, 'alerts'),
    spool: join(path, 'spool'),
    speed: join(path, 'speed'),
    work: join(path, 'work'),
    readCluster: () => readCluster(cluster),
    writeCluster: (settings) => writeFileDurably(cluster, `${JSON.stringify(settings, null, 2)}\n`),
    moveAside: (checkpointDirectory, now) => moveAside([join(path, 'jobs'), join(path, 'ingest'), checkpointDirectory], now),
    release: () => lock.release(),
  };
}

async function takeLock(path: string): Promise<DirectoryLock> {
  const until = Date.now() + WAIT_FOR_THE_DYING;
  for (;;) {
    try {
      return lockDirectory(path);
    } catch (error) {
      if (!(error instanceof DirectoryInUseError)) throw new RunError(`${path} cannot be locked: ${(error as Error).message}`);
      if (error.pid === process.pid || Date.now() >= until) throw new RunError(error.message);
    }
    await sleep(100);
  }
}

/** Cluster settings that a data directory remembers; readable without the lock. */
export function readCluster(path: string): ClusterSettings {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return {};
    throw error;
  }
  try {
    return JSON.parse(text) as ClusterSettings;
  } catch {
    throw new RunError(
      `${path} is damaged: repair or remove it (it holds the checkpoint directory and the number of TaskManagers and slots)`,
    );
  }
}

function moveAside(paths: readonly string[], now: Date): readonly string[] {
  const stamp = now.toISOString().replace(/[:.]/g, '-');
  return paths.filter(existsSync).map((path) => {
    const aside = `${path}.${stamp}`;
    renameSync(path, aside);
    return aside;
  });
}
