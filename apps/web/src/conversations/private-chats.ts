import type { Conversation, PrivateChatInput } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { ApiResult } from '../api/request.ts';
import { dropPrivateChat, privateChats } from '../state/private-chats.ts';
import { upsertConversation } from './conversation-list.ts';

/** The next private chat, if files were added to its first message: they have to be in a chat. */
let reserved: Promise<ApiResult<Conversation>> | undefined;

export async function beginPrivateChat(input: PrivateChatInput): Promise<ApiResult<Conversation>> {
  const begun = await (reserved ?? appApi.beginPrivateChat(input));
  reserved = undefined;
  if (begun.ok) privateChats.update((all) => [...all, begun.value]);
  return begun;
}

/** Begins the next private chat in the process; it isn't shown before its first message. */
export async function reservePrivateChat(
  input: PrivateChatInput,
): Promise<ApiResult<Conversation>> {
  reserved ??= appApi.beginPrivateChat(input);
  const begun = await reserved;
  if (!begun.ok) reserved = undefined;
  return begun;
}

/** The next private chat is gone, or isn't needed any more. */
export async function releasePrivateChat(): Promise<void> {
  const begun = await reserved;
  reserved = undefined;
  if (begun?.ok === true) await appApi.closePrivateChat(begun.value.id);
}

export function reservedPrivateChat(): Promise<ApiResult<Conversation>> | undefined {
  return reserved;
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
    if (hasPrivateChats()) event.preventDefault();
  };
  const left = (): void => {
    if (hasPrivateChats()) void appApi.closePrivateChats();
    reserved = undefined;
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

function hasPrivateChats(): boolean {
  return reserved !== undefined || privateChats.get().length > 0;
}
