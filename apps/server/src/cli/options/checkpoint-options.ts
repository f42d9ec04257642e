import type { Option } from '../parser.js';
import { boolean, text } from '../values.js';

export const checkpointListOptions = {
  dataDir: { read: text, value: 'DIR', help: 'data directory of the job', shownDefault: './.weir' } satisfies Option<string>,
  checkpointDir: { read: text, value: 'DIR', help: 'a path or file:/// URL, in place of the data directory' } satisfies Option<string>,
  json: { read: boolean, help: 'one JSON array on standard output' } satisfies Option<boolean>,
};

export const checkpointShowOptions = {
  json: { read: boolean, help: 'keyed state as one JSON object on standard output' } satisfies Option<boolean>,
  all: { read: boolean, help: 'operator state, offsets and sizes per operator too' } satisfies Option<boolean>,
};
