import * as z from 'zod/mini';
import { RestError } from './rest-error.js';

// zod/mini says "Invalid input" for everything unless it is given words.
z.config(z.locales.en());

/** A request's body by its schema; nothing sent counts as `{}`. 400 with a line for each fault. */
export function parseBody<T extends z.ZodMiniType>(schema: T, body: unknown): z.infer<T> {
  return check(schema, body ?? {}, 'the body');
}

/** A request's query by its schema. */
export function parseQuery<T extends z.ZodMiniType>(schema: T, query: unknown): z.infer<T> {
  return check(schema, query, 'the query');
}

function check<T extends z.ZodMiniType>(schema: T, value: unknown, what: string): z.infer<T> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map((issue) => `${issue.path.length === 0 ? what : issue.path.join('.')}: ${issue.message}`);
  throw new RestError(400, `Bad request: ${faults.join('; ')}`);
}
