import { plural, t } from '@lingui/core/macro';
import type { Conversation, ConversationChange, ConversationId } from '@postern/protocol';
import { openChat } from '../chat/chat.ts';
import { showToast } from '../controls/toasts.tsx';
import { changeConversations, deleteConversation } from '../conversations/change-conversations.ts';
import { listedConversation, restoreConversation } from '../conversations/conversation-list.ts';
import { displayTitle } from '../conversations/display-title.ts';
import { inverseChanges, type ChangeOfChats } from './inverse-changes.ts';
import { currentRoute, navigate, routeToFragment } from '../navigation/route.ts';

/** Deletes a chat, and leaves it if it is open. */
export async function deleteChat(conversation: Conversation): Promise<void> {
  const wasOpen = leaveIfOpen([conversation.id]);
  const deleted = await deleteConversation(conversation);
  if (!deleted.ok) {
    const reason = deleted.failure.message;
    showToast(t`Couldn’t delete the chat. ${reason}`, { tone: 'danger' });
    return;
  }
  const undo = (): void => {
    void restoreChat(conversation, wasOpen !== undefined);
  };
  const title = shortened(displayTitle(conversation.title));
  showToast(t`Deleted “${title}”.`, {
    action: { label: t`Undo`, run: undo },
  });
}

async function restoreChat(conversation: Conversation, wasOpen: boolean): Promise<void> {
  const place = routeToFragment(currentRoute());
  const restored = await restoreConversation(conversation.id);
  if (!restored.ok) {
    const reason = restored.failure.message;
    showToast(t`Couldn’t restore the chat. ${reason}`, {
      tone: 'danger',
    });
  } else if (wasOpen && routeToFragment(currentRoute()) === place) {
    // Not if the user went elsewhere meanwhile.
    navigate({ at: 'conversation', id: conversation.id });
  }
}

/** The chat that was open, if it is one of these. */
function leaveIfOpen(ids: readonly ConversationId[]): ConversationId | undefined {
  const route = currentRoute();
  if (route.at !== 'conversation' || !ids.includes(route.id)) return undefined;
  navigate({ at: 'new' });
  return route.id;
}

/** Changes chats and says what was done, with Undo. `quietly` says only that it couldn’t be done. */
export async function organiseChats(
  ids: readonly ConversationId[],
  change: ConversationChange,
  how: 'aloud' | 'quietly' = 'aloud',
): Promise<boolean> {
  if (change.removed === true) leaveIfOpen(ids);
  const before = ids.flatMap((id) => knownConversation(id) ?? []);
  const changed = await changeConversations(ids, change);
  if (!changed.ok) {
    const reason = changed.failure.message;
    showToast(t`Couldn’t change the chats. ${reason}`, { tone: 'danger' });
    return false;
  }
  showChanged(changed.value);
  const hadFolder = before.some(({ folder }) => folder !== undefined);
  const isSeen = change.folder === null && !hadFolder;
  const done = isSeen ? undefined : doneText(changed.value.length, change);
  if (done === undefined || how === 'quietly') return true;
  const undo =
    change.removed === true
      ? [{ ids: changed.value.map(({ id }) => id), change: { removed: false } }]
      : inverseChanges(before, changed.value);
  offerUndo(done, undo);
  return true;
}

/** Says what was done. Undo makes the changes, which may differ between chats. */
export function offerUndo(done: string, undo: readonly ChangeOfChats[]): void {
  const run = (): void => void undoAll(undo);
  showToast(done, undo.length === 0 ? {} : { action: { label: t`Undo`, run } });
}

async function undoAll(changes: readonly ChangeOfChats[]): Promise<void> {
  for (const { ids, change } of changes) {
    if (!(await organiseChats(ids, change, 'quietly'))) return;
  }
}

/** The chat as a list has it, or as it is open. */
export function knownConversation(id: ConversationId): Conversation | undefined {
  return listedConversation(id) ?? openChat(id).chat.get().conversation;
}

/** Open chats get the change by an event too, but later: the next action is to see it. */
function showChanged(changed: readonly Conversation[]): void {
  for (const conversation of changed) {
    openChat(conversation.id).chat.update((now) =>
      now.conversation === undefined ? now : { ...now, conversation },
    );
  }
}

/** Undefined if the list shows it well enough. */
function doneText(count: number, change: ConversationChange): string | undefined {
  const { folder } = change;
  if (change.removed === true) {
    return plural(count, { one: 'Deleted # chat.', other: 'Deleted # chats.' });
  }
  if (change.archived === true) {
    return plural(count, { one: 'Archived # chat.', other: 'Archived # chats.' });
  }
  if (change.archived === false) {
    return plural(count, {
      one: '# chat is back in the list.',
      other: '# chats are back in the list.',
    });
  }
  if (typeof folder === 'string') {
    return plural(count, {
      one: `Moved # chat to “${folder}”.`,
      other: `Moved # chats to “${folder}”.`,
    });
  }
  if (folder === null) {
    return plural(count, {
      one: 'Moved # chat out of its folder.',
      other: 'Moved # chats out of their folders.',
    });
  }
  return undefined;
}

function shortened(title: string): string {
  const letters = Array.from(title);
  return letters.length <= 40 ? title : `${letters.slice(0, 39).join('').trimEnd()}…`;
}
