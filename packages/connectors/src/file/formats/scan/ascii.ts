// Data plane: a comparison for each byte of a word.

export const ascii = (text: string): readonly number[] => [...text].map((character) => character.charCodeAt(0));

/** What an event type may be. */
export const [NORMAL, ABNORMAL] = ['normal', 'abnormal'].map(ascii);

export function standsAt(bytes: Buffer, at: number, text: readonly number[]): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[at + i] !== text[i]) return false;
  return true;
}
