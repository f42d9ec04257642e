import { type RefObject, useLayoutEffect, useState } from 'react';
import type { Box, Geometry, SlotGeometry } from '../model/geometry.js';

const TURNED = '(max-width: 899px)';

/** Measures the boxes of the drawing whenever they may have moved. Boxes are found by their `data-…` names; the answer is the same object until one moved. */
export function useGeometry(root: RefObject<HTMLElement | null>, structure: string): Geometry | undefined {
  const [geometry, setGeometry] = useState<Geometry>();

  // biome-ignore lint/correctness/useExhaustiveDependencies: other boxes are there when the structure is another.
  useLayoutEffect(() => {
    const element = root.current;
    if (element === null) return;
    let last = '';
    const measure = () => {
      const next = measured(element);
      const signature = JSON.stringify(next, (_, value) => (value instanceof Map ? [...value] : value));
      if (signature === last) return;
      last = signature;
      setGeometry(next);
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    for (const box of element.querySelectorAll('[data-band], [data-bridge], [data-store], [data-gate]')) observer.observe(box);
    void document.fonts.ready.then(measure);
    return () => observer.disconnect();
  }, [root, structure]);

  return geometry;
}

function measured(root: HTMLElement): Geometry {
  const origin = root.getBoundingClientRect();
  const boxOf = (element: Element): Box => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const round = (value: number) => Math.round(value * 2) / 2;
    return {
      left: round(left - origin.left),
      top: round(top - origin.top),
      right: round(right - origin.left),
      bottom: round(bottom - origin.top),
    };
  };
  const all = <T>(name: string, read: (element: HTMLElement) => T): Map<string, T> =>
    new Map([...root.querySelectorAll<HTMLElement>(`[data-${name}]`)].map((element) => [element.dataset[name] ?? '', read(element)]));
  const one = (name: string): Box | undefined => {
    const element = root.querySelector(`[data-${name}]`);
    return element === null ? undefined : boxOf(element);
  };
  const slots = all('place', (element): SlotGeometry => {
    const channel = element.querySelector('[data-channel]') ?? element;
    const tank = element.querySelector('[data-tank]');
    return { box: boxOf(element), channel: boxOf(channel), tank: tank === null ? undefined : boxOf(tank) };
  });
  return {
    width: Math.round(origin.width),
    height: Math.round(origin.height),
    turned: matchMedia(TURNED).matches,
    bands: all('band', boxOf),
    slots,
    gates: all('gate', boxOf),
    jobManager: one('bridge'),
    store: one('store'),
    tiles: new Map([...all('tile', boxOf)].map(([id, box]) => [Number(id), box])),
  };
}
