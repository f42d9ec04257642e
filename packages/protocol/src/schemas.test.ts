import { expect, it } from 'vitest';
import { commandMessage } from './schemas.js';

const id = '1';

it.each([
  { id, type: 'fail-taskmanager', taskManagerId: 'taskmanager-1', mode: 'hang' },
  { id, type: 'fail-jobmanager' },
  { id, type: 'stop', drain: true },
  { id, type: 'start', from: 'latest' },
  { id, type: 'start', from: { path: '/data/checkpoints/j/chk-3' } },
  { id, type: 'set-speed', speed: 1_000 },
])('takes %j', (command) => expect(commandMessage.parse(command)).toEqual(command));

it.each([
  undefined,
  'cancel',
  { type: 'cancel' },
  { id, type: 'format-disk' },
  { id, type: 'cancel', force: true },
  { id, type: 'fail-taskmanager', taskManagerId: 'taskmanager-1', mode: 'melt' },
  { id, type: 'fail-taskmanager', taskManagerId: { toString: 1 }, mode: 'crash' },
  { id, type: 'start', from: 'yesterday' },
  { id, type: 'set-speed', speed: 0.5 },
  { id, type: 'set-speed', speed: '10' },
  { id: 'x'.repeat(300), type: 'cancel' },
])('refuses %j', (command) => expect(commandMessage.safeParse(command).success).toBe(false));
