import type { Draft, PageEvent } from '@postern/protocol';
import { useCallback } from 'react';
import { appApi } from '../api/app-api.ts';
import { watchRequests, type ApiResult } from '../api/request.ts';
import {
  draftFiles,
  filesOf,
  storedIn,
  withStored,
  type DraftFile,
} from './attachments/draft-files.ts';
import { isPrivate, type ChatPlace } from '../state/private-chats.ts';
import { createStore, useSelected } from '../state/store.ts';

type Place = ChatPlace;

/** How long typing must pause before a draft is stored. */
const PAUSE_MS = 400;

const drafts = createStore<ReadonlyMap<Place, string>>(new Map());
const unsaved = new Set<Place>();
/** What this page stored, until the process has told it so. */
const sent: { readonly place: Place; readonly content: string }[] = [];
let timer: ReturnType<typeof setTimeout> | undefined;
let storing = Promise.resolve();

/** Returns the unsent text of a conversation. */
export function getDraft(place: Place): string {
  return drafts.get().get(place) ?? '';
}

/** The unsent text of a conversation, and a function that replaces it. */
export function useDraft(place: Place): readonly [string, (text: string) => void] {
  const text = useSelected(drafts, (all) => all.get(place) ?? '');
  const setDraft = useCallback(
    (next: string) => {
      saveDraft(place, next);
    },
    [place],
  );
  return [text, setDraft];
}

/** Changes the files of an unsent message. Its draft is stored at once, because the files outlive their message there. */
export function changeFiles(
  place: Place,
  change: (files: readonly DraftFile[]) => readonly DraftFile[],
): void {
  const before = filesOf(place);
  const after = change(before);
  draftFiles.update((all) => new Map(all).set(place, after));
  if (isPrivate(place) || idsIn(before).join() === idsIn(after).join()) return;
  unsaved.add(place);
  void storeDrafts();
}

function idsIn(files: readonly DraftFile[]): readonly string[] {
  return storedIn(files).map(({ id }) => id);
}

/** Empties an unsent message, and returns what puts it back. */
export function takeDraft(place: Place): () => void {
  const text = getDraft(place);
  const files = filesOf(place);
  draftFiles.update((all) => new Map(all).set(place, []));
  saveDraft(place, '');
  return () => {
    // What the user has added meanwhile stays.
    if (files.length > 0) changeFiles(place, (now) => [...files, ...now]);
    if (getDraft(place) === '') saveDraft(place, text);
  };
}

/**
 * Keeps the text on this page at once, and in the encrypted database when typing pauses. That of a private chat is
 * only on this page.
 */
function saveDraft(place: Place, text: string): void {
  drafts.update((all) => new Map(all).set(place, text));
  if (isPrivate(place)) return;
  unsaved.add(place);
  clearTimeout(timer);
  // A sent message must not come back as a draft.
  if (text === '') void storeDrafts();
  else timer = setTimeout(() => void storeDrafts(), PAUSE_MS);
}

/** Loads the stored drafts. What was typed meanwhile stays. */
export async function loadDrafts(): Promise<void> {
  const stored = await appApi.drafts();
  if (!stored.ok) return;
  drafts.update((all) => new Map([...stored.value.map(entryOf), ...all]));
  showFiles(stored.value);
}

function showFiles(stored: readonly Draft[]): void {
  draftFiles.update((all) => {
    const files = new Map(all);
    for (const { conversation, attachments } of stored) {
      const place = conversation ?? 'new';
      if (!unsaved.has(place)) files.set(place, withStored(files.get(place) ?? [], attachments));
    }
    return files;
  });
}

/** Brings the drafts up to date with a change on another page. What is typed here stays. */
export function applyToDrafts(event: PageEvent): void {
  if (event.kind === 'sync') {
    void refreshDrafts();
  } else if (event.kind === 'draft') {
    const place = event.conversation ?? 'new';
    const ids = event.attachments?.map(({ id }) => id);
    const content = contentOf(event.text, ids);
    const own = sent.findIndex((each) => each.place === place && each.content === content);
    if (own !== -1) sent.splice(own, 1);
    else if (!unsaved.has(place)) {
      drafts.update((all) => new Map(all).set(place, event.text));
      showFiles([event]);
    }
  }
}

/** Loads the stored drafts again, which other pages may have changed. */
async function refreshDrafts(): Promise<void> {
  sent.length = 0;
  await storing;
  const stored = await appApi.drafts();
  if (stored.ok && unsaved.size === 0 && sent.length === 0) {
    const ofPrivate = [...drafts.get()].filter(([place]) => isPrivate(place));
    drafts.set(new Map([...ofPrivate, ...stored.value.map(entryOf)]));
    // Without a stored draft, the files are gone too.
    const places = [...draftFiles.get().keys()].filter((place) => !isPrivate(place));
    showFiles(places.map((place) => ({ conversation: idOf(place), text: '' })));
    showFiles(stored.value);
  }
}

/** Stores what was typed since the last time. Waits for earlier calls, so that the last text counts. */
export async function storeDrafts(): Promise<void> {
  storing = storing.then(storeEach);
  await storing;
}

/** Stores drafts again when the page is hidden or the process is back. Returns a function that stops it. */
export function watchDrafts(): () => void {
  const stopWatching = watchRequests((outcome) => {
    if (outcome === 'answered' && unsaved.size > 0 && timer === undefined) void storeDrafts();
  });
  const hidden = (): void => {
    // The page may be closing, so this doesn’t wait for its turn.
    void storeEach();
  };
  window.addEventListener('pagehide', hidden);
  return () => {
    stopWatching();
    window.removeEventListener('pagehide', hidden);
  };
}

export function clearDrafts(): void {
  clearTimeout(timer);
  timer = undefined;
  unsaved.clear();
  sent.length = 0;
  drafts.set(new Map());
  draftFiles.set(new Map());
}

async function storeEach(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const places = [...unsaved];
  unsaved.clear();
  await Promise.all(places.map(storeDraft));
}

async function storeDraft(place: Place): Promise<void> {
  if (place === 'private') return;
  const text = getDraft(place);
  const ids = idsIn(filesOf(place));
  const stored = await send(place, text, ids);
  if (stored.ok) return;
  if (stored.failure.reason === 'unreachable') unsaved.add(place);
  // The text is stored, whatever is wrong with its files.
  else if (ids.length > 0) await send(place, text, []);
}

async function send(
  place: Place,
  text: string,
  ids: readonly string[],
): Promise<ApiResult<undefined>> {
  const entry = { place, content: contentOf(text, ids) };
  sent.push(entry);
  const attachments = ids.length === 0 ? {} : { attachments: [...ids] };
  const stored = await appApi.saveDraft({ conversation: idOf(place), text, ...attachments });
  // Then no event comes for it.
  if (!stored.ok && sent.includes(entry)) sent.splice(sent.indexOf(entry), 1);
  return stored;
}

/** Tells a draft from another one of the same place. */
function contentOf(text: string, ids: readonly string[] = []): string {
  return `${ids.join()} ${text}`;
}

function idOf(place: Place): Draft['conversation'] {
  return place === 'new' || place === 'private' ? null : place;
}

function entryOf({ conversation, text }: Draft): [Place, string] {
  return [conversation ?? 'new', text];
}
