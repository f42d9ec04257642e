import type { KeyState } from '@weir/protocol';
import type { Gate } from '../model/layout.js';
import { type SubtaskKey, subtaskKey } from '../model/placement.js';
import { DelayedValue } from './delayed-value.js';
import type { TankLevel } from './drawn.js';

const EMPTY: TankLevel = { key: undefined, count: 0, known: true, keys: 0 };

/** Levels of the keyed state by subtask, each change shown when the record that made it has arrived in the drawing. Time is passed in. */
export class Tanks {
  readonly #levels = new Map<SubtaskKey, DelayedValue<TankLevel>>();
  readonly #last = new Map<SubtaskKey, TankLevel>();

  observe(gates: readonly Gate[], keys: readonly KeyState[], at: (tank: SubtaskKey) => number | undefined): void {
    for (const gate of gates) {
      for (let index = 0; index < gate.vertex.parallelism; index++) {
        const tank = subtaskKey(gate.vertex.id, index);
        const level = same(this.#last.get(tank), levelOf(keys, index));
        this.#last.set(tank, level);
        const shown = this.#levels.get(tank);
        const when = at(tank);
        if (shown === undefined) this.#levels.set(tank, new DelayedValue(level));
        else if (when === undefined) shown.jump(level);
        else shown.set(level, when);
      }
    }
  }

  at(now: number): ReadonlyMap<SubtaskKey, TankLevel> {
    return new Map([...this.#levels].map(([tank, level]) => [tank, level.at(now)]));
  }

  clear(): void {
    this.#levels.clear();
    this.#last.clear();
  }
}

function levelOf(keys: readonly KeyState[], subtask: number): TankLevel {
  let highest: KeyState | undefined;
  let count = 0;
  for (const key of keys) {
    if (key.subtask !== subtask) continue;
    count++;
    if (highest === undefined || isAbove(key, highest)) highest = key;
  }
  return highest === undefined ? EMPTY : { key: highest.key, count: highest.abnormalCount, known: highest.countKnown, keys: count };
}

/** A count that is not known is no more than one that is. */
function isAbove(a: KeyState, b: KeyState): boolean {
  return a.countKnown === b.countKnown ? a.abnormalCount > b.abnormalCount : a.countKnown;
}

function same(last: TankLevel | undefined, level: TankLevel): TankLevel {
  return last !== undefined &&
    last.key === level.key &&
    last.count === level.count &&
    last.known === level.known &&
    last.keys === level.keys
    ? last
    : level;
}
