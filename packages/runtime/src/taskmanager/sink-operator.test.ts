import { expect, it } from 'vitest';
import type { RuntimeContext } from '../api/functions.js';
import type { Sink } from '../api/sink.js';
import { KeyContext } from '../state/key-context.js';
import { createOperator } from './operators.js';

function sinkOperator() {
  let written: string[] = [];
  const sink: Sink<string> = {
    createWriter: () => ({
      write: (value) => void written.push(value),
      prepareCommit: () => {
        const parts = written.map((value) => Buffer.from(value));
        written = [];
        return parts;
      },
    }),
  };
  const operator = createOperator({ type: 'sink', sink: sink as Sink<never> }, { collect: () => {} }, new KeyContext(), () => {});
  void operator.open({} as RuntimeContext);
  const prepared = (checkpointId: number) =>
    (operator.prepareCommit?.(checkpointId) ?? []).map(({ bytes }) => Buffer.from(bytes).toString());
  return { operator, prepared };
}

it('hands over what a failed checkpoint had with the next one', () => {
  const { operator, prepared } = sinkOperator();
  operator.processElement('a');
  expect(prepared(1)).toEqual(['a']);
  operator.processElement('b');
  expect(prepared(2)).toEqual(['a', 'b']);
  operator.notifyCheckpointAborted?.(2);
  operator.processElement('c');
  expect(prepared(3)).toEqual(['a', 'b', 'c']);
  operator.notifyCheckpointComplete?.(3);
  expect(prepared(4)).toEqual([]);
});

it('keeps what was written after the checkpoint that completed', () => {
  const { operator, prepared } = sinkOperator();
  operator.processElement('a');
  prepared(1);
  operator.processElement('b');
  operator.notifyCheckpointComplete?.(1);
  expect(prepared(2)).toEqual(['b']);
  operator.notifyCheckpointComplete?.(1);
  expect(prepared(3)).toEqual(['b']);
});
