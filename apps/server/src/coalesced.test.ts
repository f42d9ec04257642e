import { expect, it } from 'vitest';
import { Coalesced } from './coalesced.js';

it('looks once more for whoever asks while it looks, at any moment', async () => {
  for (let delay = 0; delay < 12; delay++) {
    let data = 0;
    let seen = 0;
    const feed = new Coalesced(async () => {
      seen = data;
      await null;
      await null;
    });
    void feed.request();
    // After any number of turns: also between its last look and its end.
    for (let turn = 0; turn < delay; turn++) await null;
    data = 1;
    await feed.request();
    expect(seen).toBe(1);
  }
});

it('is never run twice at once', async () => {
  let running = 0;
  let most = 0;
  const feed = new Coalesced(async () => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setImmediate(resolve));
    running--;
  });
  await Promise.all([feed.request(), feed.request(), feed.request()]);
  expect(most).toBe(1);
});

it('begins anew after a failure', async () => {
  let calls = 0;
  const feed = new Coalesced(async () => {
    if (++calls === 1) throw new Error('cannot be read just now');
  });
  await expect(feed.request()).rejects.toThrow('just now');
  await feed.request();
  await feed.idle();
  expect(calls).toBe(2);
});
