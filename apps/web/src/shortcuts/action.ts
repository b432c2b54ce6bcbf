import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import { i18n } from '../languages/i18n.ts';
import { createStore } from '../state/store.ts';

export const ACTION_GROUPS = ['general', 'chats', 'chat', 'answers', 'settings'] as const;
export type ActionGroup = (typeof ACTION_GROUPS)[number];

const GROUP_TITLES: Readonly<Record<ActionGroup, MessageDescriptor>> = {
  general: msg`General`,
  chats: msg`Chats`,
  chat: msg`This chat`,
  answers: msg`Answers`,
  settings: msg`Settings`,
};

export function titleOfGroup(group: ActionGroup): string {
  return i18n._(GROUP_TITLES[group]);
}

/** Something that can be done from the palette and by keyboard. */
export interface Action {
  /** Stored with the user's keys, so it never changes. */
  readonly id: string;
  readonly label: () => string;
  /** What it does now, if that depends on the state. */
  readonly labelNow?: () => string;
  readonly group: ActionGroup;
  /** Other words to find it by. */
  readonly words?: () => string;
  /** Its keys, unless the user has chosen others. */
  readonly keys?: readonly Chord[];
  /** Whether a held key runs it again and again. */
  readonly repeats?: boolean;
  /** Always, if missing. */
  readonly isAvailable?: () => boolean;
  readonly run: () => void;
}

/** Modifiers and a key with spaces between them, like `Mod Alt N`. `Mod` is Ctrl, or Command on Apple systems. */
export type Chord = string;

/** The table of actions; empty until it has loaded. */
export const actions = createStore<readonly Action[]>([]);

export function isAvailable({ isAvailable: check }: Action): boolean {
  return check === undefined || check();
}

export function labelOf({ label, labelNow }: Action): string {
  return (labelNow ?? label)();
}

/** Runs an action, once the table has loaded. */
export function runAction(id: string): void {
  const run = (): boolean => {
    const action = actions.get().find((each) => each.id === id);
    if (action !== undefined && isAvailable(action)) action.run();
    return actions.get().length > 0;
  };
  if (run()) return;
  const stop = actions.subscribe(() => {
    stop();
    run();
  });
}
