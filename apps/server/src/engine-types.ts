/** The engine's interfaces as the server knows them, in one place. Types only: loading the engine is left to the commands that run one. */
export type { JobConfiguration, Parameters, RestartStrategyConfiguration } from '@weir/runtime';
export type { EmbeddedEngine, EmbeddedEngineOptions, JobSubmission, StoredJob } from '@weir/runtime/engine';
