export * from './api/index.js';
export * from './common/errors.js';
export { localPath } from './common/external-path.js';
export { keyHash } from './graph/java-hash.js';
export { assignToKeyGroup, computeOperatorIndexForKeyGroup } from './graph/key-groups.js';
