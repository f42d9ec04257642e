export * from './api/index.js';
export * from './common/errors.js';
export { keyHash } from './graph/java-hash.js';
export { assignToKeyGroup, computeOperatorIndexForKeyGroup } from './graph/key-groups.js';
