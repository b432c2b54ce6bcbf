import type { ChatSettings, ConversationId, PageEvent } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { createStore, useSelected } from '../state/store.ts';

type Place = ConversationId | 'new';

export const NO_SETTINGS: ChatSettings = {};

/** The settings of each open conversation, and of the next new one. */
const all = createStore<ReadonlyMap<Place, ChatSettings>>(new Map());

/** Whether the settings of the shown chat are open. */
export const settingsOpen = createStore(false);

export function useChatSettings(place: Place): ChatSettings {
  return useSelected(all, (known) => known.get(place) ?? NO_SETTINGS);
}

/** The settings of the next new chat. */
export function newChatSettings(): ChatSettings {
  return all.get().get('new') ?? NO_SETTINGS;
}

/** Shows these settings on this page only. */
export function showSettings(place: Place, settings: ChatSettings): void {
  all.update((known) => new Map(known).set(place, settings));
}

export async function loadNewSettings(): Promise<void> {
  const stored = await appApi.newChatSettings();
  if (stored.ok) showSettings('new', stored.value);
}

/** Brings the settings up to date with a change on another page. */
export function applyToSettings(event: PageEvent): void {
  if (event.kind === 'sync') void loadNewSettings();
  else if (event.kind === 'chat-settings')
    showSettings(event.conversation ?? 'new', event.settings);
}

export function clearSettings(): void {
  all.set(new Map());
  settingsOpen.set(false);
}
