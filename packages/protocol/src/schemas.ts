/** `@weir/protocol/schemas`: what is looked at before it is believed. Runs in Node and in the browser. */
import * as z from 'zod/mini';
import type { CommandMessage } from './wire.js';

const id = z.string().check(z.minLength(1), z.maxLength(200));
const path = z.string().check(z.minLength(1), z.maxLength(4_096));
const seq = z.number().check(z.int(), z.nonnegative());

/** The speed of the simulated source. */
export const SPEED = { least: 1, most: 1_000 } as const;

/** A client's command. Nothing that it does not name is taken. */
export const commandMessage: z.ZodMiniType<CommandMessage> = z.discriminatedUnion('type', [
  z.strictObject({ id, type: z.literal('fail-taskmanager'), taskManagerId: id, mode: z.enum(['crash', 'hang']) }),
  z.strictObject({ id, type: z.literal('fail-jobmanager') }),
  z.strictObject({ id, type: z.literal('trigger-checkpoint') }),
  z.strictObject({ id, type: z.literal('trigger-savepoint') }),
  z.strictObject({ id, type: z.literal('cancel') }),
  z.strictObject({ id, type: z.literal('stop'), drain: z.boolean() }),
  z.strictObject({ id, type: z.literal('start'), from: z.union([z.enum(['latest', 'empty']), z.strictObject({ path })]) }),
  z.strictObject({ id, type: z.literal('set-speed'), speed: z.number().check(z.minimum(SPEED.least), z.maximum(SPEED.most)) }),
]);

/** Of the server's messages a client looks at version and number; the server is the one that served the page. */
export const snapshotEnvelope = z.looseObject({ version: z.number(), seq, state: z.looseObject({ server: z.looseObject({}) }) });
export const deltaEnvelope = z.looseObject({ seq, changes: z.array(z.unknown()) });
