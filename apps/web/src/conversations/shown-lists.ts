import { labelKey, type Conversation, type ConversationPlace } from '@postern/protocol';
import { createStore } from '../state/store.ts';
import { listOf, needConversations } from './conversation-list.ts';
import { labels } from './labels.ts';

/** What the sidebar shows: everything that isn't archived, the archive, or the chats with a tag. */
export type ShownView =
  { readonly in: 'main' | 'archive' } | { readonly in: 'tag'; readonly name: string };

export const shownView = createStore<ShownView>({ in: 'main' });

/** The keys of the folders that are open. Kept in memory only, because names of folders are texts of the user. */
export const openFolders = createStore<ReadonlySet<string>>(new Set());

export const PINNED: ConversationPlace = { in: 'pinned' };

export function folderOf(name: string): ConversationPlace {
  return { in: 'folder', name };
}

export function clearShownLists(): void {
  shownView.set({ in: 'main' });
  openFolders.set(new Set());
}

export function showView(view: ShownView): void {
  shownView.set(view);
  void needConversations(view);
}

export function toggleFolder(name: string, open = !openFolders.get().has(labelKey(name))): void {
  const next = new Set(openFolders.get());
  if (open) next.add(labelKey(name));
  else next.delete(labelKey(name));
  openFolders.set(next);
  if (open) void needConversations(folderOf(name));
}

/** The lists that the sidebar shows, from top to bottom. */
function shownPlaces(): readonly ConversationPlace[] {
  const view = shownView.get();
  if (view.in !== 'main') return [view];
  const open = labels.get().folders.filter((name) => openFolders.get().has(labelKey(name)));
  return [PINNED, ...open.map(folderOf), view];
}

/** The conversations in the sidebar, from top to bottom. */
export function shownConversations(): readonly Conversation[] {
  return shownPlaces().flatMap((place) => listOf(place).get().conversations);
}

/** The most recently used conversations of the lists that are loaded. */
export function recentConversations(count: number): readonly Conversation[] {
  const all = shownPlaces().flatMap((place) => listOf(place).get().conversations.slice(0, count));
  return all.sort((a, b) => b.updatedAtMs - a.updatedAtMs).slice(0, count);
}
