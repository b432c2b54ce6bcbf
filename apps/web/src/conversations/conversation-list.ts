import {
  labelKey,
  type Conversation,
  type ConversationId,
  type ConversationPage,
  type ConversationPlace,
  type PageEvent,
} from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { isPrivate } from '../state/private-chats.ts';
import { createStore, type Store } from '../state/store.ts';
import { clearLabels, loadLabels } from './labels.ts';

/** The conversations of a place loaded so far, most recently used first. */
export interface ConversationList {
  readonly status: 'idle' | 'loading' | 'loaded' | RequestProblem;
  readonly conversations: readonly Conversation[];
  readonly next: ConversationId | null;
}

interface PlacedList {
  readonly place: ConversationPlace;
  readonly list: ConversationList;
}

const NOTHING: ConversationList = { status: 'idle', conversations: [], next: null };
const MAIN: ConversationPlace = { in: 'main' };

/** The list of every place, by its key. A place that isn't here wasn't loaded. */
export const lists = createStore<ReadonlyMap<string, PlacedList>>(new Map());

/** The list `main`. */
export const conversationList = listOf(MAIN);

/** Deleted here. A response that comes later, to a rename or at an answer's end, doesn't list them again. */
export const deletedIds = new Set<ConversationId>();

/** The same for two names of one folder or tag. */
export function placeKey(place: ConversationPlace): string {
  return 'name' in place ? `${place.in} ${labelKey(place.name)}` : place.in;
}

export function listIn(
  all: ReadonlyMap<string, PlacedList>,
  place: ConversationPlace,
): ConversationList {
  return all.get(placeKey(place))?.list ?? NOTHING;
}

/** The list of a place, which may not be loaded yet. */
export function listOf(place: ConversationPlace): Store<ConversationList> {
  const get = (): ConversationList => listIn(lists.get(), place);
  const set = (list: ConversationList): void => {
    if (list !== get()) lists.set(new Map(lists.get()).set(placeKey(place), { place, list }));
  };
  return {
    get,
    set,
    update: (change) => {
      set(change(get()));
    },
    subscribe: lists.subscribe,
  };
}

export function clearConversations(): void {
  deletedIds.clear();
  lists.set(new Map());
  clearLabels();
}

/** Reloads the first page. */
export async function loadConversations(place: ConversationPlace = MAIN): Promise<void> {
  await loadPage(place, null);
}

/** Loads the first page if it wasn't yet, or couldn't be. */
export async function needConversations(place: ConversationPlace): Promise<void> {
  const { status } = listOf(place).get();
  if (status === 'idle' || typeof status === 'object') await loadPage(place, null);
}

/** Loads the next page. */
export async function loadMoreConversations(place: ConversationPlace = MAIN): Promise<void> {
  const { next, status } = listOf(place).get();
  if (next !== null && status !== 'loading') await loadPage(place, next);
}

/** Changes that came while a page of a list was loading, which may be older than they are. */
type Missed = (Conversation | ConversationId)[];

const pending = new Set<Missed>();

async function readPage(
  place: ConversationPlace,
  before: ConversationId | null,
): Promise<{ readonly page: ApiResult<ConversationPage>; readonly missed: Missed }> {
  const missed: Missed = [];
  pending.add(missed);
  const page = await appApi.conversations(place, before);
  pending.delete(missed);
  return { page, missed };
}

/** Makes the changes in the list once more. */
function catchUp(place: ConversationPlace, missed: Missed): void {
  for (const change of missed) {
    if (typeof change === 'string') dropFrom(listOf(place), change);
    else placeIn(place, change);
  }
}

async function loadPage(place: ConversationPlace, before: ConversationId | null): Promise<void> {
  const list = listOf(place);
  list.update((now) => ({ ...now, status: 'loading' }));
  const { page, missed } = await readPage(place, before);
  if (page.ok) for (const { id } of page.value.conversations) deletedIds.delete(id);
  list.update((now) => {
    if (!page.ok) return { ...now, status: page.failure };
    const kept = before === null ? [] : now.conversations;
    const known = new Set(kept.map(({ id }) => id));
    const fresh = page.value.conversations.filter(({ id }) => !known.has(id));
    return { status: 'loaded', conversations: [...kept, ...fresh], next: page.value.next };
  });
  if (page.ok) catchUp(place, missed);
}

/** Brings the lists up to date with a change, which may be this page’s own. */
export function applyToList(event: PageEvent): void {
  if (event.kind === 'sync') {
    for (const { place } of lists.get().values()) void refresh(place);
    void loadLabels();
  } else if (event.kind === 'labels') void loadLabels();
  else if (event.kind === 'conversation-deleted') dropConversation(event.id);
  else if ('answerId' in event || event.kind === 'conversation') {
    upsertConversation(event.conversation);
  }
}

/** Reloads the first page without showing that it loads, or that it can’t. */
async function refresh(place: ConversationPlace): Promise<void> {
  const list = listOf(place);
  const before = list.get().status;
  if (before === 'loading' || before === 'idle') return;
  const { page, missed } = await readPage(place, null);
  const { status } = list.get();
  if (!page.ok || status === 'idle' || status === 'loading') return;
  for (const { id } of page.value.conversations) deletedIds.delete(id);
  list.set({ status: 'loaded', ...page.value });
  catchUp(place, missed);
}

/** Adds or updates a conversation in the lists to which it belongs, and removes it from the others. */
export function upsertConversation(conversation: Conversation): void {
  for (const missed of pending) missed.push(conversation);
  for (const { place } of lists.get().values()) placeIn(place, conversation);
}

function placeIn(place: ConversationPlace, conversation: Conversation): void {
  if (belongsIn(place, conversation)) upsertInto(listOf(place), conversation);
  else dropFrom(listOf(place), conversation.id);
}

function belongsIn(place: ConversationPlace, conversation: Conversation): boolean {
  const { archived, tags = [] } = conversation;
  if (place.in !== 'tag') return placeKey(place) === placeKey(placeOf(conversation));
  return archived !== true && tags.some((name) => labelKey(name) === labelKey(place.name));
}

/** The one list that has it, apart from those of its tags. */
function placeOf({ pinned, archived, folder }: Conversation): ConversationPlace {
  if (archived === true) return { in: 'archive' };
  if (pinned === true) return { in: 'pinned' };
  return folder === undefined ? MAIN : { in: 'folder', name: folder };
}

function upsertInto(store: Store<ConversationList>, conversation: Conversation): void {
  store.update((now) => {
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

/** Removes a conversation from the lists on the page only. */
export function dropConversation(dropped: ConversationId): void {
  for (const missed of pending) missed.push(dropped);
  for (const { place } of lists.get().values()) dropFrom(listOf(place), dropped);
}

function dropFrom(store: Store<ConversationList>, dropped: ConversationId): void {
  store.update((now) =>
    now.conversations.some(({ id }) => id === dropped)
      ? { ...now, conversations: now.conversations.filter(({ id }) => id !== dropped) }
      : now,
  );
}

/** The conversation as a list has it. */
export function listedConversation(wanted: ConversationId): Conversation | undefined {
  for (const { list } of lists.get().values()) {
    const found = list.conversations.find(({ id }) => id === wanted);
    if (found !== undefined) return found;
  }
  return undefined;
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

export async function restoreConversation(id: ConversationId): Promise<ApiResult<Conversation>> {
  const restored = await appApi.restoreConversation(id);
  if (restored.ok) {
    deletedIds.delete(id);
    upsertConversation(restored.value);
  }
  return restored;
}
