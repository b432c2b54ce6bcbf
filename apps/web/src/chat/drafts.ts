import type { ConversationId, Draft } from '@postern/protocol';
import { useCallback } from 'react';
import { appApi } from '../api/app-api.ts';
import { watchRequests } from '../api/request.ts';
import { createStore, useSelected } from '../state/store.ts';

type Place = ConversationId | 'new';

/** How long typing must pause before a draft is stored. */
const PAUSE_MS = 400;

const drafts = createStore<ReadonlyMap<Place, string>>(new Map());
const unsaved = new Set<Place>();
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

/** Keeps the text on this page at once, and in the encrypted database when typing pauses. */
function saveDraft(place: Place, text: string): void {
  drafts.update((all) => new Map(all).set(place, text));
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
  drafts.set(new Map());
}

async function storeEach(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  const places = [...unsaved];
  unsaved.clear();
  await Promise.all(
    places.map(async (place) => {
      const conversation = place === 'new' ? null : place;
      const stored = await appApi.saveDraft({ conversation, text: getDraft(place) });
      if (!stored.ok && stored.failure.reason === 'unreachable') unsaved.add(place);
    }),
  );
}

function entryOf({ conversation, text }: Draft): [Place, string] {
  return [conversation ?? 'new', text];
}
