import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { FlinkInstallation } from '../install/flink-installation.js';
import type { Java } from '../install/java.js';
import { type FlinkConfiguration, flinkConfYaml, LOG4J_PROPERTIES } from './flink-configuration.js';
import { GuardedProcess } from './guarded-process.js';
import { type JvmParameters, memoryParameters, STANDARD_FLAGS } from './jvm-parameters.js';

const JOB_MANAGER = 'org.apache.flink.runtime.entrypoint.StandaloneSessionClusterEntrypoint';
const TASK_MANAGER = 'org.apache.flink.runtime.taskexecutor.TaskManagerRunner';

/** How Flink's shell scripts start its processes, without them. */
export class FlinkProcesses {
  readonly #java: Java;
  readonly #flink: FlinkInstallation;
  readonly #directory: string;
  readonly #taskManagerFlags: readonly string[];
  #jobManager: JvmParameters | undefined;
  #taskManager: JvmParameters | undefined;

  /** `directory` gets the configuration, logs and what the processes write meanwhile. */
  constructor(java: Java, flink: FlinkInstallation, directory: string, taskManagerFlags: readonly string[]) {
    this.#java = java;
    this.#flink = flink;
    this.#directory = directory;
    this.#taskManagerFlags = taskManagerFlags;
  }

  /** For all that start from now on. */
  async configure(configuration: FlinkConfiguration): Promise<void> {
    mkdirSync(this.#configurationDirectory, { recursive: true });
    mkdirSync(join(this.#directory, 'tmp'), { recursive: true });
    const all = { 'io.tmp.dirs': join(this.#directory, 'tmp'), ...configuration };
    writeFileSync(join(this.#configurationDirectory, 'flink-conf.yaml'), flinkConfYaml(all));
    writeFileSync(join(this.#configurationDirectory, 'log4j.properties'), LOG4J_PROPERTIES);
    const of = (which: 'JM' | 'TM') => memoryParameters(which, this.#java, this.#flink, this.#configurationDirectory);
    [this.#jobManager, this.#taskManager] = await Promise.all([of('JM'), of('TM')]);
  }

  startJobManager(): Promise<GuardedProcess> {
    const { flags, dynamicProperties } = this.#jobManager as JvmParameters;
    return this.#start('jobmanager', flags, JOB_MANAGER, ['--executionMode', 'cluster', ...dynamicProperties]);
  }

  startTaskManager(id: string): Promise<GuardedProcess> {
    const { flags, dynamicProperties } = this.#taskManager as JvmParameters;
    const resourceId = ['-D', `taskmanager.resource-id=${id}`];
    return this.#start(id, [...flags, ...this.#taskManagerFlags], TASK_MANAGER, [...dynamicProperties, ...resourceId]);
  }

  /** The end of what a process logged and printed. */
  lastWords(name: string): string {
    return ['out', 'log'].map((ending) => tail(join(this.#directory, `${name}.${ending}`))).join('');
  }

  get #configurationDirectory(): string {
    return join(this.#directory, 'conf');
  }

  #start(name: string, flags: readonly string[], main: string, args: readonly string[]): Promise<GuardedProcess> {
    const configuration = this.#configurationDirectory;
    const logging = [
      `-Dlog.file=${join(this.#directory, `${name}.log`)}`,
      `-Dlog4j.configurationFile=file:${join(configuration, 'log4j.properties')}`,
      `-Djava.io.tmpdir=${join(this.#directory, 'tmp')}`,
    ];
    return GuardedProcess.start({
      program: this.#java.program,
      args: [...flags, ...STANDARD_FLAGS, ...logging, '-cp', this.#flink.classPath, main, '--configDir', configuration, ...args],
      environment: {
        FLINK_CONF_DIR: configuration,
        FLINK_LIB_DIR: join(this.#flink.home, 'lib'),
        FLINK_PLUGINS_DIR: join(this.#flink.home, 'plugins'),
      },
      outputFile: join(this.#directory, `${name}.out`),
    });
  }
}

function tail(file: string): string {
  try {
    return readFileSync(file, 'utf8').slice(-4_000);
  } catch {
    return '';
  }
}
