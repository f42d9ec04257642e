import { describe, expect, it } from 'vitest';
import type { Clock } from '../common/clock.js';
import { ResourceManager } from './resource-manager.js';

class ManualClock implements Clock {
  #now = 1_000_000;
  #timers: { readonly at: number; readonly action: () => void }[] = [];

  now(): number {
    return this.#now;
  }

  schedule(delay: number, action: () => void) {
    const timer = { at: this.#now + delay, action };
    this.#timers.push(timer);
    return { cancel: () => this.#timers.splice(this.#timers.indexOf(timer), 1) };
  }

  /** Time goes on; what falls due is done in its order, at its time. */
  advance(by: number): void {
    const until = this.#now + by;
    for (;;) {
      const [next] = this.#timers.filter(({ at }) => at <= until).sort((a, b) => a.at - b.at);
      if (next === undefined) break;
      this.#timers.splice(this.#timers.indexOf(next), 1);
      this.#now = Math.max(this.#now, next.at);
      next.action();
    }
    this.#now = until;
  }

  /** Time goes on, but nobody is there to see: what fell due is done at the end. */
  stall(by: number): void {
    this.#now += by;
    this.advance(0);
  }
}

function cluster() {
  const clock = new ManualClock();
  const log: string[] = [];
  /** Whether a TaskManager answers. */
  const hung = new Set<string>();
  const manager = new ResourceManager({
    taskManagers: 2,
    slotsPerTaskManager: 1,
    heartbeatInterval: 1_000,
    heartbeatTimeout: 5_000,
    clock,
    startTaskManager: (id, attempt) => log.push(`start ${id} ${attempt}`),
    terminateTaskManager: (id, attempt) => log.push(`terminate ${id} ${attempt}`),
    onLost: (id, reason) => log.push(`lost ${id}: ${reason}`),
    onReason: () => {},
    onRegistered: () => {},
    onChange: () => {},
  });
  const connect = (id: string, attempt: number): void => {
    manager.connected({
      id,
      attempt,
      doorbell: new SharedArrayBuffer(128),
      send: () => {
        if (!hung.has(id)) manager.heartbeat(id, attempt, {} as never);
      },
    });
  };
  const register = (id: string, attempt: number): void => {
    connect(id, attempt);
    manager.registered(id, attempt, clock.now(), undefined);
  };
  return { clock, log, hung, manager, connect, register, taken: () => log.splice(0) };
}

describe('TaskManagers', () => {
  it('are ended when they keep silent, and followed by another once they have ended', () => {
    const { clock, hung, manager, register, taken } = cluster();
    register('taskmanager-1', 1);
    register('taskmanager-2', 1);
    manager.start();
    clock.advance(60_000);
    expect(taken()).toEqual([]);
    hung.add('taskmanager-2');
    clock.advance(7_000);
    expect(taken()).toEqual(['terminate taskmanager-2 1', 'lost taskmanager-2: no heartbeat for 5000 ms']);
    manager.ended('taskmanager-2', 1, clock.now(), 'terminated');
    expect(taken()).toEqual(['start taskmanager-2 2']);
  });

  it('that hung before this JobManager began, and so never register, are ended too', () => {
    const { clock, manager, connect, register, taken } = cluster();
    register('taskmanager-1', 1);
    connect('taskmanager-2', 4);
    manager.start();
    clock.advance(30_000);
    expect(taken()).toEqual(['terminate taskmanager-2 4']);
    manager.ended('taskmanager-2', 4, clock.now(), 'terminated');
    expect(taken()).toEqual(['start taskmanager-2 5']);
  });

  it('are not taken for dead because the JobManager itself stood still', () => {
    const { clock, manager, register, taken } = cluster();
    register('taskmanager-1', 1);
    register('taskmanager-2', 1);
    manager.start();
    clock.advance(10_000);
    clock.stall(60_000);
    clock.advance(10_000);
    expect(taken()).toEqual([]);
  });

  it('that cannot begin are not started in a tight loop', () => {
    const { clock, manager, connect, register, taken } = cluster();
    register('taskmanager-1', 1);
    register('taskmanager-2', 1);
    manager.start();
    for (let attempt = 1; attempt <= 20; attempt++) {
      connect('taskmanager-2', attempt);
      manager.ended('taskmanager-2', attempt, clock.now(), 'out of memory');
      clock.advance(10);
      if (taken().some((line) => line.startsWith('start'))) continue;
      expect(attempt).toBe(3);
      clock.advance(1_000);
      expect(taken()).toEqual(['start taskmanager-2 4']);
      return;
    }
    expect.unreachable();
  });

  it('that are gone are not called healthy, whatever else goes well', () => {
    const { manager, register } = cluster();
    register('taskmanager-1', 1);
    register('taskmanager-2', 1);
    manager.disconnected('taskmanager-2', 1);
    for (const status of ['recovering', 'recovered', 'healthy'] as const) {
      manager.setStatus(status, () => true);
      expect(manager.infos().map((info) => info.status)).toEqual([status, 'failed']);
    }
    register('taskmanager-2', 2);
    manager.setStatus('healthy', () => true);
    expect(manager.infos().map(({ status }) => status)).toEqual(['healthy', 'healthy']);
  });
});
