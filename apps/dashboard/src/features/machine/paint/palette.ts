/** The colours of the drawing, read from the page's tokens whenever the theme changes. */
export interface Palette {
  readonly dark: boolean;
  /** By hue: 0 is plain water. */
  readonly hues: readonly string[];
  readonly hueTexts: readonly string[];
  readonly bed: string;
  readonly line: string;
  readonly ink: string;
  readonly ink2: string;
  readonly ink3: string;
  readonly alert: string;
  readonly fail: string;
  readonly barrier: string;
  readonly halo: string;
  readonly contour: string;
  readonly water: string;
  readonly panel: string;
  readonly sunken: string;
  readonly void: string;
  readonly font: string;
}

export function readPalette(element: Element): Palette {
  const style = getComputedStyle(element);
  const value = (name: string) => style.getPropertyValue(name).trim();
  return {
    dark: document.documentElement.dataset.theme === 'dark',
    hues: ['--water', '--key-1', '--key-2', '--key-3'].map(value),
    hueTexts: ['--ink', '--key-1-text', '--key-2-text', '--key-3-text'].map(value),
    bed: value('--bed'),
    line: value('--line'),
    ink: value('--ink'),
    ink2: value('--ink-2'),
    ink3: value('--ink-3'),
    alert: value('--alert'),
    fail: value('--fail'),
    barrier: value('--barrier'),
    halo: value('--halo'),
    contour: value('--contour'),
    water: value('--water'),
    panel: value('--panel'),
    sunken: value('--sunken'),
    void: value('--void'),
    font: value('--font') || 'sans-serif',
  };
}
