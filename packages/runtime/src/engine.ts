export { startEmbeddedEngine } from './threads/embedded-engine.js';
export type { EmbeddedEngine, EmbeddedEngineOptions, JobSubmission, StoredJob } from './threads/engine-api.js';
export { defaultEngineOptions } from './threads/engine-api.js';
