import type { Action } from '../shortcuts/action.ts';
import { ANSWER_ACTIONS } from './answer-actions.ts';
import { CHAT_ACTIONS, CHATS_ACTIONS } from './chat-actions.ts';
import { PAGE_ACTIONS, SETTINGS_ACTIONS } from './page-actions.ts';

/** Every action of the page. The palette, the shortcuts and their sheet, and Settings, Keyboard, come from it. */
export const ACTION_TABLE: readonly Action[] = [
  ...PAGE_ACTIONS,
  ...CHATS_ACTIONS,
  ...CHAT_ACTIONS,
  ...ANSWER_ACTIONS,
  ...SETTINGS_ACTIONS,
];
