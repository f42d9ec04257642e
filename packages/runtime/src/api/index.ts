export * from './configuration.js';
export * from './environment.js';
export * from './functions.js';
export * from './job.js';
export * from './sink.js';
export * from './source.js';
export * from './state.js';
export * from './types.js';
