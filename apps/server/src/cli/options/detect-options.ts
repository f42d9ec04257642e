import type { Option } from '../parser.js';
import { boolean, choice, positiveDuration, text } from '../values.js';
import { clusterOptions } from './cluster-options.js';

/** `weir detect`, each with its default and what it is for. */
export const detectOptions = {
  format: {
    read: choice('ndjson', 'csv', 'sshd'),
    value: 'FORMAT',
    help: 'ndjson, csv or sshd; else by the ending, else by the first lines',
  } satisfies Option<'ndjson' | 'csv' | 'sshd'>,
  key: { read: choice('user', 'ip'), value: 'user|ip', help: 'what is counted', shownDefault: 'user' } satisfies Option<'user' | 'ip'>,
  output: {
    read: text,
    value: 'FILE',
    help: 'alerts, an object a line, replaced at the start of a run; else standard output',
  } satisfies Option<string>,
  dataDir: {
    read: text,
    value: 'DIR',
    help: 'keeps the run, so that the same command finishes it after a kill; else a temporary one',
  } satisfies Option<string>,
  ...clusterOptions,
  failEvery: {
    read: positiveDuration,
    value: 'DURATION',
    help: 'ends a random TaskManager this long after the job was last RUNNING; checkpoints then every quarter of it',
  } satisfies Option<number>,
  json: { read: boolean, help: 'a summary as the last line on standard output' } satisfies Option<boolean>,
};
