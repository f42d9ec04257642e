export type { FlinkConfiguration } from './cluster/flink-configuration.js';
export { LocalCluster, type LocalClusterOptions } from './cluster/local-cluster.js';
export { FlinkError, type FlinkErrorCode } from './flink-error.js';
export { cacheDirectory, FLINK_VERSION, type FlinkInstallation, findFlink } from './install/flink-installation.js';
export { installFlink } from './install/install.js';
export { findJava, type Java } from './install/java.js';
export type * from './rest/answers.js';
export { FlinkRestClient, FlinkRestError } from './rest/flink-rest-client.js';
export { type ProgramResult, runProgram } from './run-program.js';
