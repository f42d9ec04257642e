/** `@weir/protocol/sync`: keeping a copy of a state by differences. Runs in Node and in the browser. */
export { apply, ChangeError } from './apply.js';
export { diff } from './diff.js';
export { type MirrorResult, StateMirror } from './state-mirror.js';
