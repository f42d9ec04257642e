import { mkdirSync, readFileSync } from 'node:fs';
import { speedDirectoryOf, wantedSpeedPath } from '@weir/connectors';
import type { EngineSnapshot } from '@weir/protocol';
import { writeFileDurably } from '../data-directory/durable-file.js';
import { RestError } from '../http/rest-error.js';
import type { SpeedControl } from './dashboard.js';

/**
 * The speed that is wanted of the newest job's simulated source: a small file, which the source's readers watch and read at each start. They make it hold from an
 * event on that no attempt has handed over, and write that down first (`DurableSchedule` of @weir/connectors), so there is nothing to be told to anyone here.
 */
export class SourceSpeed implements SpeedControl {
  readonly #snapshot: () => EngineSnapshot | undefined;
  readonly #known = new Map<string, number>();

  constructor(snapshot: () => EngineSnapshot | undefined) {
    this.#snapshot = snapshot;
  }

  current(): number | undefined {
    const directory = this.#directory();
    if (directory === undefined) return undefined;
    let speed = this.#known.get(directory);
    if (speed === undefined) {
      speed = readSpeed(wantedSpeedPath(directory));
      this.#known.set(directory, speed);
    }
    return speed;
  }

  async change(speed: number): Promise<void> {
    const directory = this.#directory();
    if (directory === undefined)
      throw new RestError(409, 'The speed of this source cannot be changed: only the simulated one makes its events itself.');
    mkdirSync(directory, { recursive: true });
    writeFileDurably(wantedSpeedPath(directory), JSON.stringify({ speed }));
    this.#known.set(directory, speed);
  }

  #directory(): string | undefined {
    const [job] = this.#snapshot()?.jobs ?? [];
    const { kind, speedDirectory } = (job?.parameters.source ?? {}) as Record<string, unknown>;
    if (job === undefined || kind !== 'simulated' || typeof speedDirectory !== 'string') return undefined;
    return speedDirectoryOf(speedDirectory, job.lineage);
  }
}

function readSpeed(path: string): number {
  try {
    const { speed } = JSON.parse(readFileSync(path, 'utf8')) as { speed?: unknown };
    return typeof speed === 'number' ? speed : 1;
  } catch {
    return 1;
  }
}
