import type { Conversation, ConversationId } from '@postern/protocol';
import { createStore, useSelected } from './store.ts';

/** A conversation, or the start of a new one, which may be private. */
export type ChatPlace = ConversationId | 'new' | 'private';

/** The private chats of this page, oldest first. Nothing of them is stored, here or in the process. */
export const privateChats = createStore<readonly Conversation[]>([]);

export function isPrivate(place: ChatPlace): boolean {
  return place === 'private' || privateChats.get().some(({ id }) => id === place);
}

export function usePrivate(place: ChatPlace): boolean {
  return useSelected(
    privateChats,
    (all) => place === 'private' || all.some(({ id }) => id === place),
  );
}

/** Drops it from this page, after it was closed or kept. */
export function dropPrivateChat(dropped: ConversationId): void {
  if (isPrivate(dropped)) privateChats.update((all) => all.filter(({ id }) => id !== dropped));
}
