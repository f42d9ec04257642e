import { describe, expect, it } from 'vitest';
import { checkpointListOptions, checkpointShowOptions } from './options/checkpoint-options.js';
import { detectOptions } from './options/detect-options.js';
import { startOptions } from './options/start-options.js';
import { describeOptions, type OptionTable, optionName, parseArguments } from './parser.js';
import { UsageError } from './usage-error.js';

const tables: Record<string, OptionTable> = {
  start: startOptions,
  detect: detectOptions,
  list: checkpointListOptions,
  show: checkpointShowOptions,
};

describe('weir start', () => {
  it.each([
    ['--host 0.0.0.0', 'host', '0.0.0.0'],
    ['--port 0', 'port', 0],
    ['--port=9000', 'port', 9000],
    ['--data-dir d', 'dataDir', 'd'],
    ['--checkpoint-dir file:///tmp/c', 'checkpointDir', 'file:///tmp/c'],
    ['--checkpoint-interval 10s', 'checkpointInterval', 10_000],
    ['--checkpointing-mode at_least_once', 'checkpointingMode', 'AT_LEAST_ONCE'],
    ['--unaligned false', 'unaligned', false],
    ['--unaligned true', 'unaligned', true],
    ['--unaligned', 'unaligned', true],
    ['--retained 5', 'retained', 5],
    ['--state-backend hashmap', 'stateBackend', 'hashmap'],
    ['--state-backend disk', 'stateBackend', 'disk'],
    ['--parallelism 2', 'parallelism', 2],
    ['--taskmanagers 4', 'taskmanagers', 4],
    ['--slots 2', 'slots', 2],
    ['--threshold 5', 'threshold', 5],
    ['--event-interval 20ms', 'eventInterval', 20],
    ['--abnormal-rate 0.5', 'abnormalRate', 0.5],
    ['--seed 7', 'seed', 7],
    ['--restart-delay 0s', 'restartDelay', 0],
    ['--webhook http://127.0.0.1:1/x', 'webhook', 'http://127.0.0.1:1/x'],
    ['--fresh', 'fresh', true],
    ['--engine embedded', 'engine', 'embedded'],
    ['--source load', 'source', { kind: 'load' }],
    ['--source none', 'source', { kind: 'none' }],
    ['--source file:a b.log', 'source', { kind: 'file', path: 'a b.log' }],
    ['--source file:///var/log/auth.log', 'source', { kind: 'file', path: 'file:///var/log/auth.log' }],
    ['--keys 10', 'keys', 10],
    ['--rate 1e6', 'rate', 1_000_000],
    ['--format csv', 'format', 'csv'],
    ['--key ip', 'key', 'ip'],
  ])('%s', (line, key, value) => {
    const [first, ...rest] = line.split(' ');
    const args = rest.length === 0 ? [first] : [first, rest.join(' ')];
    expect(parseArguments(startOptions, args, true).given).toEqual({ [key]: value });
  });

  it.each([
    ['--port 65536', /--port: "65536" is no whole number from 0 to 65535/],
    ['--port x', /--port/],
    ['--checkpoint-interval 10', undefined],
    ['--checkpoint-interval 10y', /--checkpoint-interval: "10y" is no duration/],
    ['--checkpoint-interval 0s', /longer than 0/],
    ['--checkpoint-interval 99d', /too long/],
    ['--unaligned=perhaps', /neither true nor false/],
    ['--state-backend rocks', /"rocks" is not one of hashmap, disk/],
    ['--engine flink', /--engine: flink is not built yet/],
    ['--flink-url http://x', /--flink-url is not built yet/],
    ['--source http', undefined],
    ['--source kafka', /--source: "kafka" is not one of/],
    ['--source file:', /--source/],
    ['--webhook file:///etc/passwd', /neither http:\/\/ nor https:\/\//],
    ['--webhook nonsense', /no URL/],
    ['--abnormal-rate 1.5', /no number from 0 to 1/],
    ['--fresh=1', /--fresh takes no value/],
    ['--host', /--host needs a value \(ADDRESS\)/],
    ['--host --port', /--host needs a value/],
    ['--nonsense', /unknown option --nonsense/],
    ['-x', /unknown option -x/],
    ['-D', /-D needs key=value/],
    ['-Dfoo', /-D needs key=value, not "foo"/],
  ])('%s', (line, message) => {
    const parse = () => parseArguments(startOptions, line.split(' '), true);
    if (message === undefined) return expect(parse).not.toThrow();
    expect(parse).toThrow(UsageError);
    expect(parse).toThrow(message);
  });
});

it('tells files from options', () => {
  const parsed = parseArguments(
    detectOptions,
    ['a.log', '--json', '-', '--unaligned', 'b.log', '-D', 'a.b=c=d', '-Dx=y', '--', '--json'],
    true,
  );
  expect(parsed.positionals).toEqual(['a.log', '-', 'b.log', '--json']);
  expect(parsed.given).toEqual({ json: true, unaligned: true });
  expect(parsed.properties).toEqual([
    ['a.b', 'c=d'],
    ['x', 'y'],
  ]);
});

it('lets the last of a repeated option count', () => {
  expect(parseArguments(startOptions, ['--port', '1', '--port=2'], true).given).toEqual({ port: 2 });
});

it.each(Object.entries(tables))('describes every option of %s', (_name, table) => {
  const help = describeOptions(table, true);
  for (const key of Object.keys(table)) expect(help).toContain(optionName(key));
  expect(help).toContain('--help');
});
