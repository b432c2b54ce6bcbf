import type { Conversation, PrivateChatInput } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { ApiResult } from '../api/request.ts';
import { dropPrivateChat, privateChats } from '../state/private-chats.ts';
import { upsertConversation } from './conversation-list.ts';

export async function beginPrivateChat(input: PrivateChatInput): Promise<ApiResult<Conversation>> {
  const begun = await appApi.beginPrivateChat(input);
  if (begun.ok) privateChats.update((all) => [...all, begun.value]);
  return begun;
}

/** Deletes it with its messages; nothing brings them back. */
export async function closePrivateChat({ id }: Conversation): Promise<ApiResult<undefined>> {
  const closed = await appApi.closePrivateChat(id);
  // The process may have closed it before.
  if (closed.ok || closed.failure.code === 'CONVERSATION_NOT_FOUND') dropPrivateChat(id);
  return closed;
}

/** Stores it like any other chat. */
export async function keepPrivateChat({ id }: Conversation): Promise<ApiResult<Conversation>> {
  const kept = await appApi.keepPrivateChat(id);
  if (kept.ok) {
    dropPrivateChat(id);
    upsertConversation(kept.value);
  }
  return kept;
}

/**
 * While there are private chats, asks the user before the page is closed or reloaded, and closes them with it.
 * Returns a function that stops it.
 */
export function watchPrivateChats(): () => void {
  const leaving = (event: BeforeUnloadEvent): void => {
    if (privateChats.get().length > 0) event.preventDefault();
  };
  const left = (): void => {
    if (privateChats.get().length > 0) void appApi.closePrivateChats();
    privateChats.set([]);
  };
  window.addEventListener('beforeunload', leaving);
  window.addEventListener('pagehide', left);
  return () => {
    window.removeEventListener('beforeunload', leaving);
    window.removeEventListener('pagehide', left);
    left();
  };
}
