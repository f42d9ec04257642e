import type { CommandErrorCode, CommandResult } from '@weir/protocol';
import { LEADER_ELECTION, RestError } from './rest-error.js';

const STATUS: Readonly<Record<CommandErrorCode, number>> = { NOT_FOUND: 404, CONFLICT: 409, NO_LEADER: 503, FAILED: 500, BAD_REQUEST: 400 };

/** The HTTP answer to a command that was not carried out. */
export function commandError(result: Extract<CommandResult, { ok: false }>): RestError {
  return new RestError(STATUS[result.code], result.code === 'NO_LEADER' ? LEADER_ELECTION : result.message);
}
