import type { Conversation, ConversationId, PageEvent } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { isPrivate } from '../state/private-chats.ts';
import { createStore } from '../state/store.ts';

/** The conversations loaded so far, most recently used first. */
export interface ConversationList {
  readonly status: 'idle' | 'loading' | 'loaded' | RequestProblem;
  readonly conversations: readonly Conversation[];
  readonly next: ConversationId | null;
}

const NOTHING: ConversationList = { status: 'idle', conversations: [], next: null };

export const conversationList = createStore<ConversationList>(NOTHING);

/** Deleted here. A response that comes later, to a rename or at an answer's end, doesn't list them again. */
const deletedIds = new Set<ConversationId>();

export function clearConversations(): void {
  deletedIds.clear();
  conversationList.set(NOTHING);
}

/** Reloads the first page. */
export async function loadConversations(): Promise<void> {
  await loadPage(null);
}

/** Loads the next page. */
export async function loadMoreConversations(): Promise<void> {
  const { next, status } = conversationList.get();
  if (next !== null && status !== 'loading') await loadPage(next);
}

async function loadPage(before: ConversationId | null): Promise<void> {
  conversationList.update((now) => ({ ...now, status: 'loading' }));
  const page = await appApi.conversations(before);
  if (page.ok) for (const { id } of page.value.conversations) deletedIds.delete(id);
  conversationList.update((now) => {
    if (!page.ok) return { ...now, status: page.failure };
    const kept = before === null ? [] : now.conversations;
    const known = new Set(kept.map(({ id }) => id));
    const fresh = page.value.conversations.filter(({ id }) => !known.has(id));
    return { status: 'loaded', conversations: [...kept, ...fresh], next: page.value.next };
  });
}

/** Brings the list up to date with a change, which may be this page’s own. */
export function applyToList(event: PageEvent): void {
  if (event.kind === 'sync') void refreshConversations();
  else if (event.kind === 'conversation-deleted') dropConversation(event.id);
  else if ('conversation' in event && event.kind !== 'draft')
    upsertConversation(event.conversation);
}

/** Reloads the first page without showing that it loads, or that it can’t. */
async function refreshConversations(): Promise<void> {
  if (conversationList.get().status === 'loading') return;
  const page = await appApi.conversations(null);
  const { status } = conversationList.get();
  if (!page.ok || status === 'idle' || status === 'loading') return;
  for (const { id } of page.value.conversations) deletedIds.delete(id);
  conversationList.set({ status: 'loaded', ...page.value });
}

/** Adds or updates a conversation; the most recently used comes first. */
export function upsertConversation(conversation: Conversation): void {
  const { pinned, archived, folder } = conversation;
  if (pinned === true || archived === true || folder !== undefined) {
    dropConversation(conversation.id);
    return;
  }
  conversationList.update((now) => {
    // The list was cleared, for example because the vault locked while an answer was streaming.
    if (now.status === 'idle' || deletedIds.has(conversation.id)) return now;
    if (isPrivate(conversation.id)) return now;
    const last = now.conversations.at(-1);
    const isKnown = now.conversations.some(({ id }) => id === conversation.id);
    // It belongs to a page of the list that isn't loaded yet.
    const isFurtherDown = now.next !== null && conversation.updatedAtMs < (last?.updatedAtMs ?? 0);
    if (!isKnown && isFurtherDown) return now;
    const others = now.conversations.filter(({ id }) => id !== conversation.id);
    const all = [...others, conversation].sort((a, b) => b.updatedAtMs - a.updatedAtMs);
    return { ...now, conversations: all };
  });
}

/** Removes a conversation from the list on the page only. */
function dropConversation(dropped: ConversationId): void {
  conversationList.update((now) => ({
    ...now,
    conversations: now.conversations.filter(({ id }) => id !== dropped),
  }));
}

export async function renameConversation(
  conversation: Conversation,
  title: string,
): Promise<ApiResult<Conversation>> {
  upsertConversation({ ...conversation, title });
  const renamed = await appApi.changeConversation(conversation.id, { title });
  upsertConversation(renamed.ok ? renamed.value : conversation);
  return renamed;
}

export async function deleteConversation(
  conversation: Conversation,
): Promise<ApiResult<undefined>> {
  deletedIds.add(conversation.id);
  dropConversation(conversation.id);
  const deleted = await appApi.deleteConversation(conversation.id);
  if (!deleted.ok) {
    deletedIds.delete(conversation.id);
    upsertConversation(conversation);
  }
  return deleted;
}

export async function restoreConversation(id: ConversationId): Promise<ApiResult<Conversation>> {
  const restored = await appApi.restoreConversation(id);
  if (restored.ok) {
    deletedIds.delete(id);
    upsertConversation(restored.value);
  }
  return restored;
}
