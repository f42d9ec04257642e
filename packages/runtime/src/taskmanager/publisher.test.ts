import { expect, it } from 'vitest';
import { type PublishedMessage, Publisher } from './publisher.js';

it('leaves out and counts what cannot cross threads', () => {
  const sent: PublishedMessage[] = [];
  const publisher = new Publisher({ now: () => 0, schedule: () => ({ cancel: () => {} }) }, (messages) => {
    sent.push(...structuredClone(messages));
  });
  const publish = (payload: unknown) => publisher.publish('job', 'vertex', 0, 'log', payload);
  publish('a');
  publish({ of: 'user', format() {} });
  publish('b');
  publisher.flush();
  publish('c');
  publisher.flush();
  expect(sent.map(({ payload, dropped }) => [payload, dropped])).toEqual([
    ['a', 0],
    ['b', 0],
    ['c', 1],
  ]);
});
