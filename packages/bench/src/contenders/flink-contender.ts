import { dirname } from 'node:path';
import { FLINK_VERSION, type FlinkInstallation, findJava, installFlink, type Java, LocalCluster } from '@weir/flink';
import type { Contender, Run, Workload } from '../contender.js';
import { FlinkRun } from './flink-run.js';
import { FLINK_SETUPS, type FlinkSetup } from './flink-setups.js';
import { jobJar } from './job-jar.js';

const HEARTBEAT_MS = 1_000;

/** Apache Flink in the setups that it is measured in; fetches it and compiles the job where that has not been done. */
export async function flinkContenders(say: (line: string) => void): Promise<Contender[]> {
  const java = await findJava();
  const flink = await installFlink(say);
  const jar = await flinkJobJar(java, flink);
  return FLINK_SETUPS.map((setup) => new FlinkContender(setup, java, jar));
}

export function flinkJobJar(java: Java, flink: FlinkInstallation): Promise<string> {
  return jobJar(java, { system: 'flink', classPath: flink.classPath, release: '11', directory: dirname(flink.home) });
}

class FlinkContender implements Contender {
  readonly system = 'flink';
  readonly name: string;
  readonly setup: Contender['setup'];
  readonly settings: Readonly<Record<string, string>>;
  /** Its compilers need 10 – 25 s with three JVMs on two cores. */
  readonly warmUp = 25;
  readonly #setup: FlinkSetup;
  readonly #jar: string;

  constructor(setup: FlinkSetup, java: Java, jar: string) {
    this.#setup = setup;
    this.#jar = jar;
    this.name = setup.name;
    this.setup = setup.setup;
    this.settings = settingsOf(setup, java);
  }

  refuses({ stateBackend, profileDirectory }: Workload): string | undefined {
    if (stateBackend !== 'hashmap') return 'the job for Flink keeps its state in memory only';
    return profileDirectory === undefined ? undefined : 'no CPU profile is taken of Flink';
  }

  async start(workload: Workload): Promise<Run> {
    const startedAt = Date.now();
    const { taskManagers, configuration, taskManagerFlags } = this.#setup;
    const cluster = await LocalCluster.start({
      taskManagers,
      slots: this.#setup.slots(workload),
      heartbeatIntervalMs: HEARTBEAT_MS,
      configuration: { 'state.backend': 'hashmap', 'web.refresh-interval': '100', ...configuration },
      taskManagerFlags,
    });
    const run = new FlinkRun(cluster, workload, startedAt);
    try {
      await run.submit(this.#jar, this.#setup);
      return run;
    } catch (error) {
      await run.dispose();
      throw error;
    }
  }
}

function settingsOf(setup: FlinkSetup, java: Java): Readonly<Record<string, string>> {
  return {
    runtime: `Apache Flink ${FLINK_VERSION}, Java ${java.version}, G1`,
    cluster: setup.taskManagers === 1 ? 'one TaskManager' : `${setup.taskManagers} TaskManagers, each a JVM`,
    serializer: setup.handWritten ? 'written by hand, one event object reused' : "Flink's for POJOs",
    'object reuse': 'on',
    'buffer timeout': `${setup.bufferTimeout} ms`,
    'heartbeat.interval': `${HEARTBEAT_MS} ms`,
    ...setup.configuration,
    ...(setup.taskManagerFlags.length === 0 ? {} : { 'flags of a TaskManager': setup.taskManagerFlags.join(' ') }),
  };
}
