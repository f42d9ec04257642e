import type { CommandAcknowledgement, CommandMessage, CommandResult, Engine, EngineCommand, JobInfo } from '@weir/protocol';
import { commandMessage } from '@weir/protocol/schemas';
import { RestError } from '../http/rest-error.js';
import type { JobControl } from '../http/services.js';

const TERMINAL: ReadonlySet<string> = new Set(['FINISHED', 'FAILED', 'CANCELED']);

export interface CommandsOptions {
  readonly engine: () => Engine | undefined;
  readonly jobs: JobControl;
  /** Resolves once the change will hold whatever happens. Throws a `RestError` where there is no speed to be changed. */
  readonly setSpeed: (speed: number) => Promise<void>;
  /** Where an error that nobody foresaw is told: never to the client. */
  readonly onError: (error: unknown) => void;
}

/** What a page may ask for. Each is answered: done, or why not in a sentence for a person. */
export class Commands {
  readonly #options: CommandsOptions;

  constructor(options: CommandsOptions) {
    this.#options = options;
  }

  async run(message: unknown): Promise<CommandAcknowledgement> {
    const parsed = commandMessage.safeParse(message);
    if (!parsed.success) return refused('BAD_REQUEST', `The server does not know this command: ${parsed.error.issues[0]?.message ?? ''}.`);
    try {
      return await this.#run(parsed.data);
    } catch (error) {
      if (error instanceof RestError) return refused(codeOf(error.status), error.message);
      const { code, message: text } = error as { code?: unknown; message?: unknown };
      // What the engine refuses on purpose carries a code and a sentence.
      if (typeof code === 'string' && typeof text === 'string') return refused(code, text);
      this.#options.onError(error);
      return refused('FAILED', 'Something went wrong inside the server; its output says what.');
    }
  }

  async #run(command: CommandMessage): Promise<CommandAcknowledgement> {
    const { jobs, setSpeed } = this.#options;
    if (command.type === 'start') {
      const { from } = command;
      await jobs.startAgain(from === 'latest' ? {} : from === 'empty' ? { fresh: true } : { savepointPath: from.path });
      return { ok: true };
    }
    const engine = this.#options.engine();
    if (engine === undefined) return refused('NO_LEADER', 'The engine is still being started; try again in a moment.');
    switch (command.type) {
      case 'fail-taskmanager':
        return execute(engine, { type: 'fail-taskmanager', id: command.taskManagerId, mode: command.mode });
      case 'fail-jobmanager':
        return execute(engine, { type: 'fail-jobmanager' });
      case 'set-speed':
        this.#runningJob(engine);
        await setSpeed(command.speed);
        return { ok: true };
      case 'stop':
        return execute(engine, { type: 'stop', jobId: this.#runningJob(engine).id, drain: command.drain });
      default:
        return execute(engine, { type: command.type, jobId: this.#runningJob(engine).id });
    }
  }

  /** The newest job, if it has not ended. */
  #runningJob(engine: Engine): JobInfo {
    const [job] = engine.snapshot().jobs;
    if (job === undefined) throw new RestError(409, 'There is no job: start one first.');
    if (TERMINAL.has(job.state)) throw new RestError(409, `No job runs: the last one is ${job.state}. Start it again first.`);
    return job;
  }
}

async function execute(engine: Engine, command: EngineCommand): Promise<CommandAcknowledgement> {
  const result: CommandResult = await engine.execute(command);
  return result.ok ? { ok: true } : refused(result.code, result.message);
}

function refused(code: string, message: string): CommandAcknowledgement {
  return { ok: false, code, message };
}

function codeOf(status: number): string {
  const codes: Readonly<Record<number, string>> = { 400: 'BAD_REQUEST', 404: 'NOT_FOUND', 409: 'CONFLICT', 503: 'NO_LEADER' };
  return codes[status] ?? 'FAILED';
}
