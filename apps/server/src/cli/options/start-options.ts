import type { Option } from '../parser.js';
import { boolean, choice, decimal, duration, integer, positiveDuration, text } from '../values.js';
import { clusterOptions } from './cluster-options.js';
import { type SourceChoice, sourceChoice } from './source-value.js';
import { webhookUrl } from './webhook-value.js';

/** `weir start`, each with its default and what it is for. Environment: WEIR_HOST, WEIR_PORT, WEIR_DATA_DIR, WEIR_TOKEN. */
export const startOptions = {
  host: {
    read: text,
    value: 'ADDRESS',
    help: 'address to listen on; beyond this machine only with WEIR_TOKEN set',
    shownDefault: '127.0.0.1',
  } satisfies Option<string>,
  port: {
    read: integer(0, 65_535),
    value: 'PORT',
    help: 'port to listen on; 0 takes a free one',
    shownDefault: '8088',
  } satisfies Option<number>,
  dataDir: {
    read: text,
    value: 'DIR',
    help: 'jobs, alerts, history; one process at a time',
    shownDefault: './.weir',
  } satisfies Option<string>,
  checkpointDir: {
    read: text,
    value: 'DIR',
    help: 'a path or file:/// URL; savepoints stand beside it',
    shownDefault: 'DATA-DIR/checkpoints',
  } satisfies Option<string>,
  ...clusterOptions,
  restartDelay: {
    read: duration,
    value: 'DURATION',
    help: 'pause before a restart (fixed-delay, without limit; others by -D restart-strategy=…)',
    shownDefault: '50ms',
  } satisfies Option<number>,
  source: {
    read: sourceChoice,
    value: 'SOURCE',
    help: 'simulated, load, file:PATH, http (events by POST /api/events) or none',
    shownDefault: 'simulated',
  } satisfies Option<SourceChoice>,
  eventInterval: {
    read: positiveDuration,
    value: 'DURATION',
    help: 'simulated: between two events of a user',
    shownDefault: '5s',
  } satisfies Option<number>,
  abnormalRate: {
    read: decimal(0, 1),
    value: 'SHARE',
    help: 'simulated, load: share of abnormal events',
    shownDefault: '0.3',
  } satisfies Option<number>,
  seed: {
    read: integer(0, 2 ** 32 - 1),
    value: 'N',
    help: 'simulated, load: seed of the random numbers; the same one gives the same events',
  } satisfies Option<number>,
  keys: { read: integer(1, 100_000_000), value: 'N', help: 'load: number of users', shownDefault: '1000' } satisfies Option<number>,
  rate: {
    read: decimal(0, 1e9),
    value: 'N',
    help: 'load: events a second over all subtasks; 0 for as many as are taken',
    shownDefault: '0',
  } satisfies Option<number>,
  format: {
    read: choice('ndjson', 'csv', 'sshd'),
    value: 'FORMAT',
    help: 'file: ndjson, csv or sshd; else by its ending or first lines',
  } satisfies Option<'ndjson' | 'csv' | 'sshd'>,
  key: { read: choice('user', 'ip'), value: 'user|ip', help: 'file, http: what is counted', shownDefault: 'user' } satisfies Option<
    'user' | 'ip'
  >,
  webhook: {
    read: webhookUrl,
    value: 'URL',
    help: 'alerts are posted there at once, at least once each, and alarms (a failed checkpoint, a failure, a failed job); signed if WEIR_WEBHOOK_SECRET is set',
  } satisfies Option<string>,
  follow: {
    read: boolean,
    help: 'file: go on as it grows and is rotated, from its beginning; it may not be there yet',
  } satisfies Option<boolean>,
  fresh: {
    read: boolean,
    help: 'start a new job with empty state; old jobs and checkpoints are moved aside, not deleted',
  } satisfies Option<boolean>,
};
