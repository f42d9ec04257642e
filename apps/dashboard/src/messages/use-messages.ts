import { useView } from '../view/view-store.js';
import type { Messages, Shape } from './define.js';

/** The table in the viewer's language. */
export function useMessages<T>(messages: Messages<T>): Shape<T> {
  return messages[useView((view) => view.language)];
}
