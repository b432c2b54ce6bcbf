import type { KeyboardEvent } from 'react';

/** The key code of a press that an input method has handled (UI Events, section 9.3). */
const HANDLED = 229;

/**
 * Whether a key press belongs to an input method, for example the Enter that chooses a word. Safari
 * sends that one after the composition has ended, so that only the key code shows it.
 */
export function isComposing(event: KeyboardEvent | globalThis.KeyboardEvent): boolean {
  const press = 'nativeEvent' in event ? event.nativeEvent : event;
  // eslint-disable-next-line @typescript-eslint/no-deprecated -- Safari has no other sign
  return press.isComposing || press.keyCode === HANDLED;
}
