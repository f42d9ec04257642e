export { type AbnormalCountOptions, AbnormalCountProcessFunction, alertMessage } from './abnormal-count-process-function.js';
export { alertIds } from './alert-id.js';
export { AlertSink, outputLine } from './alert-sink.js';
export { type Alert, alert, type UserEvent, userEvent } from './events.js';
export { default as detectionJob } from './job.js';
export { DEFAULT_SEED, type JobParameters, readParameters, type SinkParameters, type SourceParameters } from './job-parameters.js';
