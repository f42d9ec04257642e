import { type ChildProcess, fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import type { Contender, Run, Workload } from '../contender.js';
import { type TemporaryDirectory, temporaryDirectory } from '../temporary.js';
import type { EngineHostAnswer, EngineHostMethod, EngineHostMethods, EngineHostRequest } from './engine-host-protocol.js';
import { bestSetup, defaultSetup, type WeirSetup } from './weir-setup.js';

const HOST = fileURLToPath(new URL('./engine-host.js', import.meta.url));

/** The embedded engine in a process of its own, with the options that `weir start` gives it. */
export class WeirEngine implements Contender {
  readonly system = 'weir';
  readonly name: string;
  readonly setup: 'default' | 'best';
  readonly settings: Readonly<Record<string, string>>;
  readonly warmUp = 3;

  constructor(setup: 'default' | 'best' = 'default') {
    this.setup = setup;
    this.name = setup === 'default' ? 'weir' : 'weir best';
    this.settings = {
      runtime: `Node ${process.version} (V8 ${process.versions.v8}), UV_THREADPOOL_SIZE=16, no flags`,
      'garbage collector': "V8's own, heap limit 1,024 MB a TaskManager",
      layout:
        setup === 'default'
          ? 'as weir start: a TaskManager a subtask, source, process and sink in slots of their own'
          : 'a TaskManager a core, a whole pipeline in each slot',
    };
  }

  refuses({ stateBackend }: Workload): string | undefined {
    return stateBackend === 'hashmap' ? undefined : `there is no state backend ${stateBackend} yet`;
  }

  async start(workload: Workload): Promise<Run> {
    const setup = this.setup === 'default' ? defaultSetup(workload) : bestSetup(workload, availableParallelism());
    const directory = await temporaryDirectory();
    const run = new EngineRun(directory, workload.profileDirectory);
    try {
      await run.start(workload, setup);
      return run;
    } catch (error) {
      await run.dispose();
      throw error;
    }
  }
}

class EngineRun implements Run {
  readonly startedAt = Date.now();
  runningAt = 0;
  readonly #directory: TemporaryDirectory;
  readonly #child: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (result: unknown) => void; reject: (error: Error) => void }>();
  readonly #exited: Promise<void>;
  #requests = 0;

  constructor(directory: TemporaryDirectory, profileDirectory: string | undefined) {
    this.#directory = directory;
    const execArgv = profileDirectory === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDirectory}`];
    this.#child = fork(HOST, {
      execArgv,
      env: { ...process.env, UV_THREADPOOL_SIZE: '16' },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.#child.on('message', (answer: EngineHostAnswer) => {
      const waiting = this.#waiting.get(answer.id);
      this.#waiting.delete(answer.id);
      if (answer.ok) waiting?.resolve(answer.result);
      else waiting?.reject(new Error(answer.message));
    });
    this.#exited = new Promise((resolve) => {
      this.#child.on('exit', (code, signal) => {
        for (const { reject } of this.#waiting.values()) reject(new Error(`the engine's process has ended (${signal ?? code})`));
        this.#waiting.clear();
        resolve();
      });
    });
  }

  async start(workload: Workload, setup: WeirSetup): Promise<void> {
    ({ runningAt: this.runningAt } = await this.#ask('start', workload, setup, this.#directory.path));
  }

  processed = () => this.#ask('processed');
  checkpoints = () => this.#ask('checkpoints');
  failTaskManager = () => this.#ask('failTaskManager');
  firstAlerts = () => this.#ask('firstAlerts');
  pauses = () => this.#ask('pauses');
  latencies = () => this.#ask('latencies');
  finished = () => this.#ask('finished');
  stop = () => this.#ask('stop');

  processes(): readonly number[] {
    return this.#child.pid === undefined ? [] : [this.#child.pid];
  }

  async dispose(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) {
      await this.#ask('end').catch(() => this.#child.kill('SIGKILL'));
      await this.#exited;
    }
    await this.#directory.remove();
  }

  #ask<M extends EngineHostMethod>(method: M, ...parameters: Parameters<EngineHostMethods[M]>): Promise<ReturnType<EngineHostMethods[M]>> {
    const id = ++this.#requests;
    return new Promise((resolve, reject) => {
      if (!this.#child.connected) {
        reject(new Error("the engine's process has ended"));
        return;
      }
      this.#waiting.set(id, { resolve: resolve as (result: unknown) => void, reject });
      this.#child.send({ id, method, parameters } satisfies EngineHostRequest, (error) => error && reject(error));
    });
  }
}
