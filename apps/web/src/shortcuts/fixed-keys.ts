import { msg } from '@lingui/core/macro';
import type { MessageDescriptor } from '@lingui/core';
import type { Chord } from './action.ts';

/** Keys that work in one part of the page. They can’t be changed, so no action can have them. */
export const FIXED_KEYS: readonly {
  readonly part: 'writing' | 'list';
  readonly chords: readonly Chord[];
  readonly label: MessageDescriptor;
}[] = [
  { part: 'writing', chords: ['Enter'], label: msg`Send a message` },
  { part: 'writing', chords: ['Mod Enter'], label: msg`Send a message or an edit` },
  { part: 'writing', chords: ['Shift Enter'], label: msg`Add a line` },
  { part: 'writing', chords: ['Escape'], label: msg`Stop the answer, or close a dialog` },
  {
    part: 'writing',
    chords: ['ArrowUp'],
    label: msg`Edit the last question, in an empty message field`,
  },
  {
    part: 'writing',
    chords: ['ArrowLeft', 'ArrowRight'],
    label: msg`Switch between versions, on their arrows`,
  },
  { part: 'list', chords: ['ArrowUp', 'ArrowDown'], label: msg`Move through the list` },
  { part: 'list', chords: ['Shift F10'], label: msg`Open the menu of a chat or folder` },
  { part: 'list', chords: ['Shift ArrowDown'], label: msg`Select several chats` },
  { part: 'list', chords: ['Mod Space'], label: msg`Select one more chat` },
  { part: 'list', chords: ['Mod A'], label: msg`Select all chats that are loaded` },
  { part: 'list', chords: ['F2'], label: msg`Rename the chat or folder` },
  { part: 'list', chords: ['Delete'], label: msg`Delete the chats` },
];
