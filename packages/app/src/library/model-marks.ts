import type { StoreFailure } from '@postern/conversations';
import { ok, type Result } from '@postern/kernel';
import { providerId, type ModelMarks, type ModelName } from '@postern/protocol';
import type { Stores } from '../stores/stores.ts';

/** How many chats are looked at for the models that were used last. */
const CHATS = 100;
const MAX_RECENTS = 6;

/** The favourite models, and those of the newest chats. What was used last isn't stored a second time. */
export function modelMarks({ conversations, library }: Stores): Result<ModelMarks, StoreFailure> {
  const favourites = library.favourites();
  if (!favourites.ok) return favourites;
  const preset = library.defaultPreset();
  if (!preset.ok) return preset;
  const newest = conversations.list({ limit: CHATS });
  if (!newest.ok) return newest;
  const recents = new Map<string, ModelName>();
  for (const { provider, model } of newest.value.conversations) {
    if (recents.size === MAX_RECENTS) break;
    if (provider === undefined || model === undefined) continue;
    recents.set(`${provider}/${model}`, { provider, model });
  }
  const model = preset.value?.model;
  return ok({
    favourites: favourites.value,
    recents: [...recents.values()],
    ...(model === undefined
      ? {}
      : { ofDefault: { provider: providerId.from(model.provider), model: model.model } }),
  });
}
