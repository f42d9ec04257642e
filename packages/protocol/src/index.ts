export * from './engine.js';
export * from './wire.js';
