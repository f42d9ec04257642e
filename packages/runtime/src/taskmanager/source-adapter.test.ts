import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { InputStatus, type SourceFunction, type SourceReaderContext } from '../api/source.js';
import { adaptSourceFunction } from './source-adapter.js';

function readerOf(fn: SourceFunction<unknown>) {
  const reader = adaptSourceFunction(fn).createReader({} as SourceReaderContext);
  void reader.start(undefined);
  const collected: unknown[] = [];
  const poll = () => reader.pollNext({ collect: (value) => void collected.push(value), hasRoom: () => true });
  return { reader, collected, poll };
}

it('takes the state of the last record handed over, though the generator changes it for the next', async () => {
  const position = { offset: 0 };
  const { reader, collected, poll } = readerOf({
    async *run() {
      for (;;) {
        await nextTurn();
        yield ++position.offset;
      }
    },
    snapshotState: () => position,
  });
  while (collected.length < 3) {
    poll();
    await reader.isAvailable();
  }
  expect(reader.snapshotState(1)).toEqual([{ offset: collected.at(-1) }]);
  await nextTurn();
  await nextTurn();
  expect(reader.snapshotState(1)).toEqual([{ offset: collected.at(-1) }]);
  expect(position.offset).toBe((collected.at(-1) as number) + 1);
});

it.each(['at rest', 'at work'])('lets a generator %s clean up when it is closed', async (when) => {
  let cleanedUp = false;
  const { reader, poll } = readerOf({
    async *run() {
      try {
        yield 1;
        await nextTurn();
        yield 2;
      } finally {
        cleanedUp = true;
      }
    },
  });
  expect(poll()).toBe(InputStatus.NOTHING_AVAILABLE);
  await reader.isAvailable();
  if (when === 'at work') poll();
  await reader.close?.();
  await nextTurn();
  await nextTurn();
  expect(cleanedUp).toBe(true);
});
