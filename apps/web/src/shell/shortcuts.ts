/** What a key press can mean wherever the focus is. */
export type Command =
  'new-chat' | 'search' | 'shortcuts' | 'settings' | 'sidebar' | 'earlier-chat' | 'later-chat';

export interface KeyPress {
  readonly key: string;
  /** Where on the keyboard, as Alt changes what `key` says on some systems. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The command of a key press; `typing` is true while the focus is in a text. */
export function commandOf(press: KeyPress, typing: boolean): Command | undefined {
  const control = press.ctrlKey || press.metaKey;
  const key = press.key.toLowerCase();
  if (control && press.altKey) return press.code === 'KeyN' ? 'new-chat' : undefined;
  if (control && !press.shiftKey) return CONTROL[key];
  if (press.altKey && !control) return ALT[key];
  return key === '?' && !typing && !control ? 'shortcuts' : undefined;
}

const CONTROL: Readonly<Record<string, Command>> = {
  k: 'search',
  n: 'new-chat',
  ',': 'settings',
  b: 'sidebar',
  '/': 'shortcuts',
};

const ALT: Readonly<Record<string, Command>> = {
  arrowup: 'later-chat',
  arrowdown: 'earlier-chat',
};

/** The rows of the shortcuts sheet. `Mod` is Ctrl, and Command on Apple's systems. */
export const SHORTCUTS: readonly { readonly keys: readonly string[]; readonly words: string }[] = [
  { keys: ['Mod', 'Alt', 'N'], words: 'New chat' },
  { keys: ['Mod', 'N'], words: 'New chat, where the browser leaves the key to the page' },
  { keys: ['Mod', 'K'], words: 'Search chats' },
  { keys: ['Enter'], words: 'Send the message' },
  { keys: ['Mod', 'Enter'], words: 'Send the message, from anywhere in it' },
  { keys: ['Shift', 'Enter'], words: 'New line' },
  { keys: ['Esc'], words: 'Stop the answer; close what is open' },
  { keys: ['Alt', '↑'], words: 'The chat above' },
  { keys: ['Alt', '↓'], words: 'The chat below' },
  { keys: ['↑', '↓'], words: 'Move in the list of chats' },
  { keys: ['F2'], words: 'Rename the chat in the list' },
  { keys: ['Delete'], words: 'Delete the chat in the list' },
  { keys: ['Mod', 'B'], words: 'Show or hide the list' },
  { keys: ['Mod', ','], words: 'Settings' },
  { keys: ['?'], words: 'This sheet' },
];
