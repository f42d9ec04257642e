import type { CommandResult, Engine, EngineCommand, EngineEvent, EngineSnapshot } from '@weir/protocol';
import { snapshot } from './snapshot.js';

/** An engine that shows what a test gives it and remembers what it was told. */
export class FakeEngine implements Engine {
  current: EngineSnapshot = snapshot();
  readonly commands: EngineCommand[] = [];
  answer: (command: EngineCommand) => CommandResult = () => ({ ok: true });
  readonly #listeners = new Set<(event: EngineEvent) => void>();

  snapshot(): EngineSnapshot {
    return this.current;
  }

  subscribe(listener: (event: EngineEvent) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  async execute(command: EngineCommand): Promise<CommandResult> {
    this.commands.push(command);
    return this.answer(command);
  }

  emit(event: EngineEvent): void {
    for (const listener of [...this.#listeners]) listener(event);
  }

  /** Shows something else and says so. */
  show(next: EngineSnapshot): void {
    this.current = next;
    this.emit({ type: 'changed', at: next.at });
  }
}
