import type { CommandMessage } from '@weir/protocol';

type WithoutId<T> = T extends unknown ? Omit<T, 'id'> : never;

/** What the page can ask of the engine; the connection numbers it. */
export type Command = WithoutId<CommandMessage>;
