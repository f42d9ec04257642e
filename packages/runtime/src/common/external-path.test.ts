import { pathToFileURL } from 'node:url';
import { expect, it } from 'vitest';
import { externalPath, localPath } from './external-path.js';

const PATHS = ['/tmp/x', '/tmp/100% #1?', '/tmp/a%20b', '/tmp/이상 감지', "/tmp/it's [1] \\"];

it.each(PATHS)('%s is found again by what is written of it, and by its URL', (path) => {
  expect(localPath(externalPath(path))).toBe(path);
  expect(localPath(pathToFileURL(path).href)).toBe(path);
  expect(localPath(path)).toBe(path);
});

it('refuses a file of another machine', () => {
  expect(() => localPath('file://elsewhere/tmp/x')).toThrow(TypeError);
});
