import { presets, watchPresets } from '../chat-settings/presets.ts';
import { actions, type Action } from '../shortcuts/action.ts';
import { ANSWER_ACTIONS } from './answer-actions.ts';
import { CHAT_ACTIONS, CHATS_ACTIONS } from './chat-actions.ts';
import { PAGE_ACTIONS, SETTINGS_ACTIONS } from './page-actions.ts';
import { presetAction } from './preset-actions.ts';

/** Every action that is always there. The palette, the shortcuts and their sheet, and Settings, Keyboard, come from it. */
export const ACTION_TABLE: readonly Action[] = [
  ...PAGE_ACTIONS,
  ...CHATS_ACTIONS,
  ...CHAT_ACTIONS,
  ...ANSWER_ACTIONS,
  ...SETTINGS_ACTIONS,
];

/** Offers the actions, with one for each preset, until the returned function is called. */
export function offerActions(): () => void {
  const offer = (): void => {
    actions.set([...ACTION_TABLE, ...presets.get().list.map(presetAction)]);
  };
  offer();
  const stops = [presets.subscribe(offer), watchPresets()];
  return () => {
    for (const stop of stops.toReversed()) stop();
    actions.set(ACTION_TABLE);
  };
}
