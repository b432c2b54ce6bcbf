import type { Conversation, ConversationId } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { Problem } from '../api/problem.ts';
import type { Answer } from '../api/request.ts';
import { createStore } from '../state/store.ts';

/** The conversations read so far, the one used last first. */
export interface ConversationList {
  readonly status: 'idle' | 'loading' | 'loaded' | Problem;
  readonly conversations: readonly Conversation[];
  readonly next: ConversationId | null;
}

const NOTHING: ConversationList = { status: 'idle', conversations: [], next: null };

export const conversationList = createStore<ConversationList>(NOTHING);

export function forgetConversations(): void {
  conversationList.set(NOTHING);
}

/** Reads the first page anew. */
export async function loadConversations(): Promise<void> {
  await loadPage(null);
}

/** Reads the page after those already there. */
export async function loadMoreConversations(): Promise<void> {
  const { next, status } = conversationList.get();
  if (next !== null && status !== 'loading') await loadPage(next);
}

async function loadPage(before: ConversationId | null): Promise<void> {
  conversationList.update((now) => ({ ...now, status: 'loading' }));
  const page = await appApi.conversations(before);
  conversationList.update((now) => {
    if (!page.ok) return { ...now, status: page.failure };
    const kept = before === null ? [] : now.conversations;
    const known = new Set(kept.map(({ id }) => id));
    const fresh = page.value.conversations.filter(({ id }) => !known.has(id));
    return { status: 'loaded', conversations: [...kept, ...fresh], next: page.value.next };
  });
}

/** Takes a conversation that is new or changed; the one used last comes first. */
export function noteConversation(conversation: Conversation): void {
  conversationList.update((now) => {
    // Forgotten, as when the vault was locked while an answer still came in.
    if (now.status === 'idle') return now;
    const others = now.conversations.filter(({ id }) => id !== conversation.id);
    const all = [...others, conversation].sort((a, b) => b.updatedAtMs - a.updatedAtMs);
    return { ...now, conversations: all };
  });
}

/** Takes a conversation out of the list without asking the process. */
function dropConversation(dropped: ConversationId): void {
  conversationList.update((now) => ({
    ...now,
    conversations: now.conversations.filter(({ id }) => id !== dropped),
  }));
}

export async function renameConversation(
  conversation: Conversation,
  title: string,
): Promise<Answer<Conversation>> {
  noteConversation({ ...conversation, title });
  const renamed = await appApi.changeConversation(conversation.id, { title });
  noteConversation(renamed.ok ? renamed.value : conversation);
  return renamed;
}

export async function deleteConversation(conversation: Conversation): Promise<Answer<undefined>> {
  dropConversation(conversation.id);
  const deleted = await appApi.deleteConversation(conversation.id);
  if (!deleted.ok) noteConversation(conversation);
  return deleted;
}

export async function restoreConversation(id: ConversationId): Promise<Answer<Conversation>> {
  const restored = await appApi.restoreConversation(id);
  if (restored.ok) noteConversation(restored.value);
  return restored;
}
