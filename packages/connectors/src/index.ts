export { AlertLogReader } from './alert-log/alert-log-reader.js';
export { AlertLogSink, type LoggableAlert, type LoggedAlert } from './alert-log/alert-log-sink.js';
export { type UserEvent, userEvent } from './event.js';
export { CommittedFileTail } from './file/committed-file-tail.js';
export { type FilePosition, FileSource, type FileSourceOptions, filePosition } from './file/file-source.js';
export { FollowSource, type FollowSourceOptions } from './file/follow/follow-source.js';
export { DETECT_BYTES, detectFormat } from './file/formats/detect-format.js';
export type { FormatName, KeyField } from './file/formats/format.js';
export { jsonText } from './file/json-text.js';
export { readStart } from './file/read-start.js';
export { SinkFileError } from './file/sink-file-error.js';
export { SourceFileError } from './file/source-file-error.js';
export { spool } from './file/spool.js';
export { TwoPhaseFileSink, type TwoPhaseFileSinkOptions } from './file/two-phase-file-sink.js';
export { IngestLogError, KeyReusedError } from './ingest/ingest-error.js';
export { toIngestLine } from './ingest/ingest-event.js';
export { LONGEST_KEY } from './ingest/ingest-frame.js';
export { type Accepted, IngestLog } from './ingest/ingest-log.js';
export { IngestSource, type IngestSourceOptions } from './ingest/ingest-source.js';
export { LoadEvents } from './simulated/load-event.js';
export { LoadSource, type LoadSourceOptions, type LoadSplit } from './simulated/load-source.js';
export { isAbnormalEvent } from './simulated/random-user-event.js';
export {
  RandomUserEventSource,
  type RandomUserEventSourceOptions,
  type RandomUserEventSplit,
} from './simulated/random-user-event-source.js';
export { speedDirectoryOf, wantedSpeedPath } from './simulated/speed-files.js';
export { type SourceClock, SystemSourceClock } from './source-clock.js';
