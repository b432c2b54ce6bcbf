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
    showToast(`Couldn’t delete the chat. ${deleted.failure.message}`, { tone: 'danger' });
    return;
  }
  const undo = (): void => {
    void restoreChat(conversation, wasOpen !== undefined);
  };
  showToast(`Deleted “${shortened(displayTitle(conversation.title))}”.`, {
    action: { label: 'Undo', run: undo },
  });
}

async function restoreChat(conversation: Conversation, wasOpen: boolean): Promise<void> {
  const place = routeToFragment(currentRoute());
  const restored = await restoreConversation(conversation.id);
  if (!restored.ok) {
    showToast(`Couldn’t restore the chat. ${restored.failure.message}`, {
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
    showToast(`Couldn’t change the chats. ${changed.failure.message}`, { tone: 'danger' });
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
  showToast(done, undo.length === 0 ? {} : { action: { label: 'Undo', run } });
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
  const isOne = count === 1;
  if (change.removed === true) return isOne ? 'Deleted 1 chat.' : `Deleted ${String(count)} chats.`;
  if (change.archived === true) {
    return isOne ? 'Archived 1 chat.' : `Archived ${String(count)} chats.`;
  }
  if (change.archived === false) {
    return isOne ? '1 chat is back in the list.' : `${String(count)} chats are back in the list.`;
  }
  if (typeof change.folder === 'string') {
    return isOne
      ? `Moved 1 chat to “${change.folder}”.`
      : `Moved ${String(count)} chats to “${change.folder}”.`;
  }
  if (change.folder === null) {
    return isOne
      ? 'Moved 1 chat out of its folder.'
      : `Moved ${String(count)} chats out of their folders.`;
  }
  return doneWithTags(count, change);
}

function doneWithTags(count: number, change: ConversationChange): string | undefined {
  const { addTags = [], removeTags = [] } = change;
  const [added, removed] = [addTags[0], removeTags[0]];
  const chats = count === 1 ? '1 chat' : `${String(count)} chats`;
  if (added !== undefined) return `Added the tag “${added}” to ${chats}.`;
  return removed === undefined ? undefined : `Removed the tag “${removed}” from ${chats}.`;
}

function shortened(title: string): string {
  const letters = Array.from(title);
  return letters.length <= 40 ? title : `${letters.slice(0, 39).join('').trimEnd()}…`;
}
