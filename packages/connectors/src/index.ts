export { type UserEvent, userEvent } from './event.js';
export { FileSource, filePosition, type FilePosition, type FileSourceOptions } from './file/file-source.js';
export { SourceFileError } from './file/source-file-error.js';
export { spool } from './file/spool.js';
export type { FormatName, KeyField } from './file/formats/format.js';
export { LoadEvents } from './simulated/load-event.js';
export { LoadSource, type LoadSourceOptions, type LoadSplit } from './simulated/load-source.js';
export { isAbnormalEvent, RandomUserEventSource, type RandomUserEventSourceOptions, type RandomUserEventSplit } from './simulated/random-user-event-source.js';
export { type SourceClock, SystemSourceClock } from './source-clock.js';
