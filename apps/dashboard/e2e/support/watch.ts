import type { Page } from 'playwright-core';

export interface Seen {
  /** `data-status` of each TaskManager's place, by its number: the engine's word. */
  readonly statuses: Readonly<Record<string, readonly string[]>>;
  /** The word that a person reads there, which follows the slowed drawing. */
  readonly words: Readonly<Record<string, readonly string[]>>;
  /** What a screen reader was told. */
  readonly said: readonly string[];
}

/** Everything that the TaskManagers' places and the live region show from now on, in order, however briefly. */
export async function watch(page: Page): Promise<() => Promise<Seen>> {
  await page.evaluate(() => {
    const seen = { statuses: {} as Record<string, string[]>, words: {} as Record<string, string[]>, said: [] as string[] };
    const note = (list: string[], value: string) => {
      if (value !== '' && list.at(-1) !== value) list.push(value);
    };
    for (const place of document.querySelectorAll<HTMLElement>('[data-testid^="taskmanager-"]')) {
      const number = place.dataset.testid?.split('-').at(-1) ?? '';
      const statuses: string[] = [];
      const words: string[] = [];
      seen.statuses[number] = statuses;
      seen.words[number] = words;
      const look = () => {
        note(statuses, place.dataset.status ?? '');
        const texts = [...(place.querySelector('.band-status')?.childNodes ?? [])].filter(({ nodeType }) => nodeType === Node.TEXT_NODE);
        note(words, texts.map(({ textContent }) => textContent).join(''));
      };
      look();
      new MutationObserver(look).observe(place, { attributes: true, childList: true, subtree: true, characterData: true });
    }
    for (const region of document.querySelectorAll('[role="status"]'))
      new MutationObserver(() => note(seen.said, region.textContent ?? '')).observe(region, {
        childList: true,
        subtree: true,
        characterData: true,
      });
    Object.assign(window, { seen });
  });
  return () => page.evaluate(() => (window as unknown as { seen: Seen }).seen);
}

/** All of `wanted` are in `list` in that order, whatever stands between. */
export function inOrder(list: readonly string[], wanted: readonly string[]): boolean {
  let next = 0;
  for (const each of list) if (each === wanted[next]) next += 1;
  return next === wanted.length;
}
