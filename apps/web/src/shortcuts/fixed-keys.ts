import type { Chord } from './action.ts';

/** Keys that work in one part of the page. They can’t be changed, so no action can have them. */
export const FIXED_KEYS: readonly {
  readonly part: 'Writing' | 'List of chats';
  readonly chords: readonly Chord[];
  readonly label: string;
}[] = [
  { part: 'Writing', chords: ['Enter'], label: 'Send a message' },
  { part: 'Writing', chords: ['Mod Enter'], label: 'Send a message or an edit' },
  { part: 'Writing', chords: ['Shift Enter'], label: 'Add a line' },
  { part: 'Writing', chords: ['Escape'], label: 'Stop the answer, or close a dialog' },
  {
    part: 'Writing',
    chords: ['ArrowUp'],
    label: 'Edit the last question, in an empty message field',
  },
  {
    part: 'Writing',
    chords: ['ArrowLeft', 'ArrowRight'],
    label: 'Switch between versions, on their arrows',
  },
  { part: 'List of chats', chords: ['ArrowUp', 'ArrowDown'], label: 'Move through the list' },
  { part: 'List of chats', chords: ['Shift F10'], label: 'Open the menu of a chat or folder' },
  { part: 'List of chats', chords: ['Shift ArrowDown'], label: 'Select several chats' },
  { part: 'List of chats', chords: ['Mod Space'], label: 'Select one more chat' },
  { part: 'List of chats', chords: ['Mod A'], label: 'Select all chats that are loaded' },
  { part: 'List of chats', chords: ['F2'], label: 'Rename the chat or folder' },
  { part: 'List of chats', chords: ['Delete'], label: 'Delete the chats' },
];
