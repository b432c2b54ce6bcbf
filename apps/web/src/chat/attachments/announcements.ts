import { createStore } from '../../state/store.ts';

/** What screen readers are told about the files of a message, besides what has the focus. */
export const announcement = createStore('');

export function announce(text: string): void {
  announcement.set(text.trim());
}
