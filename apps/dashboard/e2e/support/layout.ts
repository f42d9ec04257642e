import type { Page } from 'playwright-core';

/** What of the page is wrong as it stands: test ids that are there twice, text that is cut off in the key figures, parts that lie on each other. */
export function layoutFaults(page: Page): Promise<readonly string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    const ids = [...document.querySelectorAll<HTMLElement>('[data-testid]')].map(({ dataset }) => dataset.testid ?? '');
    for (const id of new Set(ids)) if (ids.filter((each) => each === id).length > 1) faults.push(`${id} is there more than once`);
    if (document.documentElement.scrollWidth > innerWidth)
      faults.push(`the page scrolls sideways: ${document.documentElement.scrollWidth} px`);
    for (const figure of document.querySelectorAll<HTMLElement>('[data-testid="cluster-overview"] dl > div'))
      if (figure.scrollWidth > figure.clientWidth + 1) faults.push(`cut off: ${figure.textContent}`);
    const boxes = [...document.querySelectorAll<HTMLElement>('main section, main article')].filter(
      ({ offsetParent }) => offsetParent !== null,
    );
    for (const [index, one] of boxes.entries())
      for (const other of boxes.slice(index + 1)) {
        if (one.contains(other) || other.contains(one)) continue;
        const [a, b] = [one.getBoundingClientRect(), other.getBoundingClientRect()];
        const [width, height] = [
          Math.min(a.right, b.right) - Math.max(a.left, b.left),
          Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top),
        ];
        const name = (box: HTMLElement) =>
          box.dataset.testid ?? box.getAttribute('aria-label') ?? box.getAttribute('aria-labelledby') ?? box.className;
        if (width > 2 && height > 2) faults.push(`${name(one)} and ${name(other)} overlap`);
      }
    return faults;
  });
}
