import type { Parameters } from '@weir/runtime';
import { InvalidConfigurationError } from '@weir/runtime';

/** What the job was given, looked at value by value; each complaint names the parameter. */
export class ParameterReader {
  readonly #given: Parameters;
  readonly #path: string;
  readonly #read = new Set<string>();

  constructor(given: unknown, path = '') {
    this.#path = path;
    if (typeof given !== 'object' || given === null || Array.isArray(given))
      throw new InvalidConfigurationError(`${path || 'parameters'} must be an object`);
    this.#given = given as Parameters;
  }

  /** A number with `min` ≤ it ≤ `max`; undefined only without a default. */
  number(name: string, range: { min: number; max: number; integer?: boolean }, fallback: number): number;
  number(name: string, range: { min: number; max: number; integer?: boolean }): number | undefined;
  number(name: string, range: { min: number; max: number; integer?: boolean }, fallback?: number): number | undefined {
    const value = this.#take(name) ?? fallback;
    if (value === undefined) return undefined;
    const { min, max, integer = false } = range;
    const kind = integer ? 'a whole number' : 'a number';
    const bounds = max === Number.MAX_SAFE_INTEGER ? (min === -max ? '' : ` of at least ${min}`) : ` of ${min} to ${max}`;
    if (typeof value !== 'number' || !(value >= min && value <= max) || (integer && !Number.isSafeInteger(value)))
      this.#refuse(name, `must be ${kind}${bounds}`, value);
    return value;
  }

  boolean(name: string, fallback: boolean): boolean {
    const value = this.#take(name) ?? fallback;
    return typeof value === 'boolean' ? value : this.#refuse(name, 'must be true or false', value);
  }

  string(name: string): string {
    const value = this.#take(name);
    return typeof value === 'string' && value !== '' ? value : this.#refuse(name, 'must be text', value);
  }

  /** Text; undefined where it is left out. */
  optionalString(name: string): string | undefined {
    return this.#given[name] === undefined ? this.#skip(name) : this.string(name);
  }

  strings(name: string): readonly string[] {
    const value = this.#take(name);
    const ok = Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string' && item !== '');
    return ok ? (value as string[]) : this.#refuse(name, 'must be a list of text, one at least', value);
  }

  oneOf<T extends string>(name: string, choices: readonly T[], fallback: T): T;
  oneOf<T extends string>(name: string, choices: readonly T[]): T | undefined;
  oneOf<T extends string>(name: string, choices: readonly T[], fallback?: T): T | undefined {
    const value = this.#take(name) ?? fallback;
    if (value === undefined || choices.includes(value as T)) return value as T | undefined;
    return this.#refuse(name, `must be one of ${choices.join(', ')}`, value);
  }

  object(name: string, fallback?: Parameters): ParameterReader {
    return new ParameterReader(this.#take(name) ?? fallback, this.#name(name));
  }

  /** Refuses what nobody asked for: a misspelt parameter must not be ignored. */
  done(): void {
    const unknown = Object.keys(this.#given).find((name) => !this.#read.has(name) && this.#given[name] !== undefined);
    if (unknown !== undefined) throw new InvalidConfigurationError(`there is no parameter ${this.#name(unknown)}`);
  }

  #skip(name: string): undefined {
    this.#read.add(name);
    return undefined;
  }

  #take(name: string): unknown {
    this.#read.add(name);
    return this.#given[name] ?? undefined;
  }

  #name(name: string): string {
    return this.#path === '' ? name : `${this.#path}.${name}`;
  }

  #refuse(name: string, what: string, value: unknown): never {
    throw new InvalidConfigurationError(`${this.#name(name)} ${what}, not ${value === undefined ? 'left out' : JSON.stringify(value)}`);
  }
}
