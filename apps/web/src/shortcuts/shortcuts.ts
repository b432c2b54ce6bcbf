/** A command with a global keyboard shortcut. */
export type Command =
  | 'new-chat'
  | 'new-private-chat'
  | 'search'
  | 'shortcuts'
  | 'settings'
  | 'chat-settings'
  | 'sidebar'
  | 'earlier-chat'
  | 'later-chat';

export interface KeyPress {
  readonly key: string;
  /** The physical key, because Alt changes `key` on some systems. */
  readonly code: string;
  readonly ctrlKey: boolean;
  readonly metaKey: boolean;
  readonly altKey: boolean;
  readonly shiftKey: boolean;
}

/** The command for a key press; `typing` is true while a text field has the focus. */
export function commandFor(press: KeyPress, typing: boolean): Command | undefined {
  const control = press.ctrlKey || press.metaKey;
  const key = press.key.toLowerCase();
  if (control && press.altKey) return CONTROL_ALT[press.code];
  if (control) return press.shiftKey ? CONTROL_SHIFT[press.code] : CONTROL[key];
  if (press.altKey) return ALT[key];
  return key === '?' && !typing ? 'shortcuts' : undefined;
}

/** By the physical key. */
const CONTROL_ALT: Readonly<Record<string, Command>> = {
  KeyN: 'new-chat',
  KeyP: 'new-private-chat',
};

const CONTROL: Readonly<Record<string, Command>> = {
  k: 'search',
  n: 'new-chat',
  ',': 'settings',
  b: 'sidebar',
  '/': 'shortcuts',
};

/** By physical key, because Shift changes the character. */
const CONTROL_SHIFT: Readonly<Record<string, Command>> = { Comma: 'chat-settings' };

const ALT: Readonly<Record<string, Command>> = {
  arrowup: 'later-chat',
  arrowdown: 'earlier-chat',
};

/** The rows of the shortcuts dialog. `Mod` is Ctrl, or Command on Apple systems. */
export const SHORTCUTS: readonly {
  readonly keys: readonly string[];
  readonly description: string;
}[] = [
  { keys: ['Mod', 'Alt', 'N'], description: 'New chat' },
  { keys: ['Mod', 'N'], description: 'New chat, if the browser allows it' },
  { keys: ['Mod', 'Alt', 'P'], description: 'New private chat' },
  { keys: ['Mod', 'K'], description: 'Search chats' },
  { keys: ['Enter'], description: 'Send a message' },
  { keys: ['Mod', 'Enter'], description: 'Send a message or an edit' },
  { keys: ['Shift', 'Enter'], description: 'Add a line' },
  { keys: ['Esc'], description: 'Stop the answer or close a dialog' },
  { keys: ['Alt', '↑'], description: 'Go to the chat above' },
  { keys: ['Alt', '↓'], description: 'Go to the chat below' },
  { keys: ['↑', '↓'], description: 'Move through the chat list' },
  { keys: ['↑'], description: 'Edit the last question, in an empty message field' },
  { keys: ['←', '→'], description: 'Switch between versions, on their arrows' },
  { keys: ['Shift', 'F10'], description: 'Open the menu of the chat or folder in the list' },
  { keys: ['Shift', '↓'], description: 'Select several chats in the list' },
  { keys: ['Mod', 'Space'], description: 'Select one more chat' },
  { keys: ['F2'], description: 'Rename the chat or folder in the list' },
  { keys: ['Delete'], description: 'Delete the chats in the list' },
  { keys: ['Mod', 'B'], description: 'Show or hide the sidebar' },
  { keys: ['Mod', ','], description: 'Open settings' },
  { keys: ['Mod', 'Shift', ','], description: 'Open the settings of this chat' },
  { keys: ['?'], description: 'Show these shortcuts' },
];
