import type { Conversation, ConversationChange, ConversationId } from '@postern/protocol';
import { showToast } from '../controls/toasts.tsx';
import { changeConversations, deleteConversation } from '../conversations/change-conversations.ts';
import { restoreConversation } from '../conversations/conversation-list.ts';
import { displayTitle } from '../conversations/display-title.ts';
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

/** Changes chats and says what was done, with Undo if `undo` is the opposite change. */
export async function organiseChats(
  ids: readonly ConversationId[],
  change: ConversationChange,
  undo?: ConversationChange,
): Promise<boolean> {
  if (change.removed === true) leaveIfOpen(ids);
  const changed = await changeConversations(ids, change);
  if (!changed.ok) {
    showToast(`Couldn’t change the chats. ${changed.failure.message}`, { tone: 'danger' });
    return false;
  }
  const done = doneText(changed.value.length, change);
  if (done === undefined) return true;
  const run = (): void => {
    void organiseChats(
      changed.value.map(({ id }) => id),
      undo ?? {},
    );
  };
  showToast(done, undo === undefined ? {} : { action: { label: 'Undo', run } });
  return true;
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
  return undefined;
}

function shortened(title: string): string {
  const letters = Array.from(title);
  return letters.length <= 40 ? title : `${letters.slice(0, 39).join('').trimEnd()}…`;
}
