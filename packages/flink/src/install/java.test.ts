import { describe, expect, it } from 'vitest';
import { javaVersion, majorOf } from './java.js';

describe('the version of Java', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15\nOpenJDK Runtime Environment (build 17.0.15+6)', '17.0.15', 17],
    ['java version "1.8.0_402"', '1.8.0_402', 8],
    ['openjdk version "22-ea" 2024-03-19', '22-ea', 22],
    ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "11.0.2" 2019-01-15', '11.0.2', 11],
  ])('is found in %j', (text, version, major) => {
    expect(javaVersion(text)).toBe(version);
    expect(majorOf(version)).toBe(major);
  });

  it('is unknown where nothing says it', () => expect(javaVersion('Segmentation fault')).toBeUndefined());
});
