import type { TypeSchema } from '../api/types.js';
import { type Check, CheckError, integer, listOf, nullOr, oneOf, shape, text } from '../common/check.js';
import { isPlainName } from '../common/durable-files.js';
import type { SectionKind, StateSchema } from '../state/state-backend.js';
import type { SectionInfo } from './checkpoint-storage.js';

/** What the fields of checkpoint files may be. Used before writing and after reading. */

/** Flink's upper bound of maxParallelism. */
const MAX_PARALLELISM = 32_768;
export const MAX_SECTIONS = 65_536;

export const uint32 = integer(0, 0xffff_ffff);
export const natural = integer(0, Number.MAX_SAFE_INTEGER);
export const subtaskIndex = integer(0, MAX_PARALLELISM - 1);
export const parallelism = integer(1, MAX_PARALLELISM);
export const operatorUid = text(1_024, { test: (value) => value !== '', what: 'a name' });
/** Job ids become directories. */
export const jobId = text(200, { test: isPlainName, what: 'a job id' });
/** `.tmp` is what unfinished files end in. */
export const fileName = text(200, { test: (value) => isPlainName(value) && !value.endsWith('.tmp'), what: 'a plain file name' });

const sectionKind: Check<SectionKind> = oneOf('keyed', 'keyed-changes', 'operator', 'committable', 'input-channel', 'output-channel');

const MAX_TYPE_DEPTH = 32;

const typeSchema =
  (depth: number): Check<TypeSchema> =>
  (value, at) => {
    if (depth > MAX_TYPE_DEPTH) throw new CheckError(`field ${at} is nested deeper than ${MAX_TYPE_DEPTH} types`);
    const { kind } = shape<{ kind: TypeSchema['kind'] }>({
      kind: oneOf('string', 'boolean', 'int32', 'int64', 'float64', 'json', 'nullable', 'record'),
    })(value, at);
    if (kind === 'nullable')
      return shape<Extract<TypeSchema, { kind: 'nullable' }>>({ kind: oneOf(kind), of: typeSchema(depth + 1) })(value, at);
    if (kind !== 'record') return { kind };
    const field = shape<{ readonly name: string; readonly type: TypeSchema }>({ name: text(1_024), type: typeSchema(depth + 1) });
    return shape<Extract<TypeSchema, { kind: 'record' }>>({ kind: oneOf(kind), fields: listOf(field, 4_096) })(value, at);
  };

const stateSchema: Check<StateSchema> = shape<StateSchema>({ state: oneOf('value', 'list'), type: typeSchema(0) });

export const sectionFields = {
  name: text(1_024),
  kind: sectionKind,
  schema: nullOr(stateSchema),
  count: natural,
  size: natural,
};

export const sectionInfo: Check<SectionInfo> = shape<SectionInfo>(sectionFields);
