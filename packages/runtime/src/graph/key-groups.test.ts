import { existsSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Key } from '../api/functions.js';
import { InvalidConfigurationError } from '../common/errors.js';
import { InvalidKeyError, keyHash } from './java-hash.js';
import {
  assignToKeyGroup,
  computeKeyGroupForKeyHash,
  computeKeyGroupRangeForOperatorIndex,
  computeOperatorIndexForKeyGroup,
} from './key-groups.js';

/** What Flink 1.17.2's own KeyGroupRangeAssignment gives. */
const flink: readonly (readonly [Key, number, number, number, number])[] = [
  // key, maxParallelism, key group, parallelism, subtask
  ['ñ🧪🚀üñéñ🧪ø', 256, 168, 48, 31],
  ['타타상마다상사바카자사마라이자행상', 103, 58, 31, 17],
  ['user36', 128, 42, 15, 4],
  ['ñ🧪🧪漢漢éø🧪漢💧', 32768, 12242, 16, 5],
  ['user411', 720, 570, 57, 45],
  ['5816j3ipah62.6fc', 32768, 5323, 30, 4],
  ['😀ø', 256, 205, 54, 43],
  ['', 3, 1, 3, 1],
  ['h@4ldhfutjc5xq', 119, 96, 28, 22],
  ['cst8.60or', 32768, 13264, 25, 10],
  ['1@', 128, 37, 10, 2],
  ['라아나라자', 3, 2, 2, 1],
  ['o', 3, 2, 1, 0],
  ['자이차나사차파자라사', 256, 5, 26, 0],
  ['ba2jkd', 256, 53, 19, 3],
  ['7@rzo29dtei3', 119, 9, 22, 1],
  ['ßéø字éøéñ😀Жßé', 128, 15, 12, 1],
  ['user44', 4096, 1958, 13, 6],
  ['owk8e58z', 103, 101, 51, 50],
  ['漢漢😀éλ🚀ø🧪', 119, 77, 54, 34],
  [469_605_762, 32768, 2912, 64, 5],
  [1_070_849_602, 720, 318, 51, 22],
  [-1_726_250_919, 720, 314, 60, 26],
  [1_549_115_669, 256, 92, 60, 21],
  [1_123_044_098, 128, 24, 57, 10],
  [242_514_092, 3, 2, 3, 2],
  [217_298_255, 128, 71, 46, 25],
  [-357_514_852, 103, 34, 28, 9],
  [583_615_595, 128, 79, 51, 31],
  [-3_319_418_598_540_057_880n, 720, 158, 53, 11],
  [-1_419_715_496_375_661_532n, 128, 57, 57, 25],
  [2_890_424_428_673_377_510n, 256, 219, 23, 19],
  [3_053_683_631_065_926_088n, 4096, 3808, 48, 44],
  [-8_020_709_533_261_742_535n, 103, 35, 31, 10],
  [5_615_601_121_025_934_978n, 103, 47, 50, 22],
  [-7_682_375_186_116_611_231n, 4096, 4040, 61, 60],
  [-32_161_539_503_151_813n, 128, 115, 16, 14],
  [3_440_228_125_061_111_403n, 103, 27, 41, 10],
  [true, 32768, 11725, 54, 19],
  [false, 4096, 3331, 30, 24],
  [true, 256, 205, 42, 33],
  [false, 128, 3, 57, 1],
];

describe('key groups', () => {
  it.each(flink)(
    '%s with maxParallelism %i is of key group %i, with parallelism %i of subtask %i',
    (key, maxParallelism, keyGroup, parallelism, subtask) => {
      expect(assignToKeyGroup(key, maxParallelism)).toBe(keyGroup);
      expect(computeKeyGroupForKeyHash(keyHash(key), maxParallelism)).toBe(keyGroup);
      expect(computeOperatorIndexForKeyGroup(maxParallelism, parallelism, keyGroup)).toBe(subtask);
    },
  );

  it('sends user1, user2, user3 where the seed system shows them', () => {
    const subtasksOf = (maxParallelism: number) =>
      ['user1', 'user2', 'user3'].map((key) => computeOperatorIndexForKeyGroup(maxParallelism, 3, assignToKeyGroup(key, maxParallelism)));
    expect(['user1', 'user2', 'user3'].map((key) => assignToKeyGroup(key, 128))).toEqual([93, 2, 97]);
    expect(subtasksOf(128)).toEqual([2, 0, 2]);
    expect(subtasksOf(103)).toEqual([0, 1, 2]);
  });

  // Recorded from Flink; it is not part of the project.
  const recorded = process.env.WEIR_KEY_GROUPS ?? '/work/shared/data/key-groups.tsv';
  const isThere = existsSync(recorded);
  it.skipIf(!isThere)(
    `agrees with every row of ${recorded}${isThere ? '' : ' (skipped: the file is not here; WEIR_KEY_GROUPS names another)'}`,
    () => {
      const rows = readFileSync(recorded, 'utf8').trimEnd().split('\n').slice(1);
      expect(rows).toHaveLength(600);
      const differing = rows.filter((row) => {
        const [type, text, maxParallelism, keyGroup, parallelism, subtask] = row.split('\t') as [
          string,
          string,
          string,
          string,
          string,
          string,
        ];
        const key: Key = type === 'string' ? text : type === 'int32' ? Number(text) : type === 'int64' ? BigInt(text) : text === 'true';
        const group = assignToKeyGroup(key, Number(maxParallelism));
        return (
          group !== Number(keyGroup) ||
          computeOperatorIndexForKeyGroup(Number(maxParallelism), Number(parallelism), group) !== Number(subtask)
        );
      });
      expect(differing).toEqual([]);
    },
  );

  it('gives each key group to the one subtask whose range holds it', () => {
    const sizes = fc
      .integer({ min: 1, max: 400 })
      .chain((maxParallelism) => fc.tuple(fc.constant(maxParallelism), fc.integer({ min: 1, max: maxParallelism })));
    fc.assert(
      fc.property(sizes, ([maxParallelism, parallelism]) => {
        let next = 0;
        for (let index = 0; index < parallelism; index++) {
          const { start, end } = computeKeyGroupRangeForOperatorIndex(maxParallelism, parallelism, index);
          expect(start).toBe(next);
          for (let group = start; group <= end; group++)
            expect(computeOperatorIndexForKeyGroup(maxParallelism, parallelism, group)).toBe(index);
          next = end + 1;
        }
        expect(next).toBe(maxParallelism);
      }),
    );
  });

  it.each([
    () => assignToKeyGroup('a', 0),
    () => assignToKeyGroup('a', 32_769),
    () => assignToKeyGroup('a', 1.5),
    () => computeKeyGroupForKeyHash(-1, 128),
    () => computeKeyGroupForKeyHash(2 ** 31, 128),
    () => computeOperatorIndexForKeyGroup(128, 129, 0),
    () => computeOperatorIndexForKeyGroup(128, 0, 0),
    () => computeOperatorIndexForKeyGroup(128, 3, 128),
    () => computeOperatorIndexForKeyGroup(128, 3, -1),
    () => computeKeyGroupRangeForOperatorIndex(128, 3, 3),
  ])('refuses arguments that make no sense: %s', (call) => {
    expect(call).toThrow(InvalidConfigurationError);
  });

  it.each([undefined, null, Number.NaN, {}, [], Symbol('x'), () => 1, 2n ** 63n])('refuses %s as a key', (key) => {
    expect(() => assignToKeyGroup(key as unknown as Key, 128)).toThrow(InvalidKeyError);
  });
});
