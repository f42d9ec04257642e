import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import type { LedgerInfo } from '@weir/protocol';
import { COMMAND } from './server.js';

interface Element {
  readonly name: string;
  readonly elements: readonly unknown[];
}

interface Shown {
  readonly keyedState: Readonly<Record<string, Readonly<Record<string, { readonly abnormalCount: number }>>>>;
  readonly operatorState: Readonly<Record<string, readonly Element[]>>;
  readonly ledger: LedgerInfo | null;
}

interface Split {
  readonly split: number;
  readonly next: number;
}

export interface Cut {
  /** `abnormalCount` by user. */
  readonly counts: Readonly<Record<string, number>>;
  /** Events that the source has handed over, by split: user `split + 1`. */
  readonly events: ReadonlyMap<number, number>;
  /** Events that were counted, over all users. */
  readonly processed: number;
  /** What the engine's own counts in it add up to. */
  readonly ledger: LedgerInfo | null;
}

/** What a checkpoint of the seed's job holds, by the command line: read from its files, past everything that the server has in memory. */
export async function readCut(path: string): Promise<Cut> {
  const { stdout } = await promisify(execFile)(process.execPath, [COMMAND, 'checkpoint', 'show', path, '--json', '--all']);
  const { keyedState, operatorState, ledger } = JSON.parse(stdout) as Shown;
  const process_ = operatorState['abnormal-count-process'] ?? [];
  const splits = (operatorState['random-user-event-source'] ?? []).flatMap(({ elements }) => elements as readonly Split[]);
  return {
    counts: Object.fromEntries(
      Object.entries(keyedState['abnormal-count-process'] ?? {}).map(([user, { abnormalCount }]) => [user, abnormalCount]),
    ),
    events: new Map(splits.map(({ split, next }) => [split, next])),
    processed: process_
      .filter(({ name }) => name === 'processed')
      .flatMap(({ elements }) => elements as readonly number[])
      .reduce((sum, count) => sum + count, 0),
    ledger,
  };
}
