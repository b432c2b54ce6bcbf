import type { StoreFailure } from '@postern/conversations';
import { ok, type Result } from '@postern/kernel';
import type { ChatSettings } from '@postern/protocol';
import type { Stores } from '../stores/stores.ts';

/** The settings of the next new chat: those that were chosen for it, or else the default preset's. */
export function newChatSettings({
  conversations,
  library,
}: Stores): Result<ChatSettings | undefined, StoreFailure> {
  const chosen = conversations.settings.find(null);
  if (!chosen.ok || chosen.value !== undefined) return chosen;
  const preset = library.defaultPreset();
  return preset.ok ? ok(preset.value?.settings) : preset;
}

/**
 * Replaces the settings of the next new chat. Without any they are removed, unless there is a default preset: then the
 * chat is meant to have none of its settings.
 */
export function saveNewChatSettings(
  { conversations, library }: Stores,
  settings: ChatSettings,
): Result<undefined, StoreFailure> {
  const preset = library.defaultPreset();
  if (!preset.ok) return preset;
  const isRemoval = preset.value === undefined && isEmpty(settings);
  return conversations.settings.save(null, isRemoval ? undefined : settings);
}

/** Forgets the settings that were chosen for a chat that has begun. Returns those of the chat after it. */
export function resetNewChatSettings(stores: Stores): Result<ChatSettings, StoreFailure> {
  const reset = stores.conversations.settings.save(null, undefined);
  if (!reset.ok) return reset;
  const next = newChatSettings(stores);
  return next.ok ? ok(next.value ?? {}) : next;
}

export function isEmpty(settings: ChatSettings): boolean {
  return Object.keys(settings).length === 0;
}
