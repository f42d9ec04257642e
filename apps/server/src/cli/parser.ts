import { UsageError } from './usage-error.js';
import type { Reader } from './values.js';

/** One option of a sub-command, as its table declares it. */
export interface Option<T> {
  readonly read: Reader<T>;
  /** What stands for the value in the help, e.g. `DIR`. Absent for a flag that takes none. */
  readonly value?: string;
  /** True where a bare `--name` means `true`. */
  readonly bare?: boolean;
  readonly help: string;
  /** Shown in the help only: defaults are applied where the settings are put together, so that what was typed can be told from what was not. */
  readonly shownDefault?: string;
  /** Taken only to be refused by name. */
  readonly notBuilt?: boolean;
}

export type OptionTable = Readonly<Record<string, Option<unknown>>>;
/** What was typed; options that were not are absent. */
export type Given<S extends OptionTable> = { readonly [K in keyof S]?: S[K] extends Option<infer T> ? T : never };

export interface Parsed<S extends OptionTable> {
  readonly given: Given<S>;
  readonly positionals: readonly string[];
  /** `-D key=value`, in the order typed. */
  readonly properties: readonly (readonly [key: string, value: string])[];
  readonly help: boolean;
}

/** `checkpointDir` is typed `--checkpoint-dir`. */
export function optionName(key: string): string {
  return `--${key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
}

/** Reads arguments by the table. Throws `UsageError` for the first that cannot be used. The last of a repeated option counts. */
export function parseArguments<S extends OptionTable>(table: S, args: readonly string[], properties: boolean): Parsed<S> {
  const names = new Map(Object.keys(table).map((key) => [optionName(key), key]));
  const given: Record<string, unknown> = {};
  const positionals: string[] = [];
  const pairs: (readonly [string, string])[] = [];
  let help = false;
  for (let i = 0; i < args.length; i++) {
    const arg = args[i];
    if (arg === '--') {
      positionals.push(...args.slice(i + 1));
      break;
    }
    if (arg === '--help' || arg === '-h') {
      help = true;
    } else if (properties && arg.startsWith('-D')) {
      pairs.push(readProperty(arg === '-D' ? args[++i] : arg.slice(2)));
    } else if (arg.startsWith('-') && arg !== '-') {
      const equals = arg.indexOf('=');
      const name = equals < 0 ? arg : arg.slice(0, equals);
      const key = names.get(name);
      if (key === undefined) throw new UsageError(`unknown option ${name}`);
      const option = table[key];
      if (option.notBuilt) throw new UsageError(`${name} is not built yet`);
      let value = equals < 0 ? undefined : arg.slice(equals + 1);
      if (option.value === undefined) {
        if (value !== undefined) throw new UsageError(`${name} takes no value`);
        value = 'true';
      } else if (value === undefined) {
        value = option.bare && !/^(true|false)$/i.test(args[i + 1] ?? '') ? 'true' : args[++i];
        // A value that looks like an option is far more often a forgotten one; `--name=-value` says it is meant.
        if (value === undefined || /^--?[a-z]/i.test(value)) throw new UsageError(`${name} needs a value (${option.value})`);
      }
      given[key] = option.read(value, name);
    } else {
      positionals.push(arg);
    }
  }
  return { given: given as Given<S>, positionals, properties: pairs, help };
}

function readProperty(pair: string | undefined): readonly [string, string] {
  const equals = pair?.indexOf('=') ?? -1;
  if (pair === undefined || equals <= 0) throw new UsageError(`-D needs key=value${pair ? `, not "${pair}"` : ''}`);
  return [pair.slice(0, equals).trim(), pair.slice(equals + 1).trim()];
}

/** The option lines of a sub-command's help. */
export function describeOptions(table: OptionTable, properties: boolean): string {
  const rows = Object.entries(table).map(([key, option]): [string, string] => [
    optionName(key) + (option.value === undefined ? '' : ` ${option.value}`),
    option.help + (option.notBuilt ? ' (not built yet)' : option.shownDefault === undefined ? '' : ` (default ${option.shownDefault})`),
  ]);
  if (properties) rows.push(['-D KEY=VALUE', "a setting by Flink's own name, e.g. -D execution.checkpointing.interval=10s"]);
  rows.push(['--help', 'this text']);
  const width = Math.min(34, Math.max(...rows.map(([left]) => left.length)));
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
