import { describeOptions, type OptionTable } from './parser.js';

/** A sub-command's help: what it is for, how it is called, each option with its default. */
export function helpText(usage: string, purpose: string, table: OptionTable, properties: boolean): string {
  return `Usage: weir ${usage}\n\n${purpose}\n\n${describeOptions(table, properties)}\n`;
}
