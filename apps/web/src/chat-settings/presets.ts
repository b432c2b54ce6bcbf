import { t } from '@lingui/core/macro';
import type { ConversationId, Preset, PresetInput } from '@postern/protocol';
import { providerId } from '@postern/protocol';
import { libraryApi } from '../api/library-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { showToast } from '../controls/toasts.tsx';
import { onPageEvent } from '../conversations/page-events.ts';
import { replaceModel } from '../models/models.ts';
import { createSortedStore, sortedByName } from '../languages/sorted-store.ts';

export interface Presets {
  readonly status: 'idle' | 'loading' | 'loaded' | RequestProblem;
  readonly list: readonly Preset[];
}

const NONE: Presets = { status: 'idle', list: [] };

/** The presets by name, once something has needed them. */
export const presets = createSortedStore<Presets>(NONE, (now) => ({
  ...now,
  list: sortedByName(now.list, ({ name }) => name),
}));

async function loadPresets(): Promise<void> {
  presets.update((now) => ({ ...now, status: now.status === 'loaded' ? 'loaded' : 'loading' }));
  const loaded = await libraryApi.presets();
  if (watchers === 0) return;
  presets.update((now) =>
    loaded.ok ? { status: 'loaded', list: loaded.value } : { ...now, status: loaded.failure },
  );
}

let watchers = 0;

/** Loads them, and keeps them up to date until the returned function is called. Then the page forgets them. */
export function watchPresets(): () => void {
  watchers += 1;
  void loadPresets();
  const stop = onPageEvent(({ kind }) => {
    if (kind === 'library' || kind === 'sync') void loadPresets();
  });
  return () => {
    stop();
    watchers -= 1;
    if (watchers === 0) presets.set(NONE);
  };
}

/** Changes a preset, or adds one. */
export async function savePreset(
  preset: Preset | undefined,
  input: PresetInput,
): Promise<ApiResult<Preset>> {
  const saved =
    preset === undefined
      ? await libraryApi.addPreset(input)
      : await libraryApi.savePreset(preset.id, input);
  if (saved.ok) await loadPresets();
  return saved;
}

/** Begins new chats with this preset, or with none. */
export async function setDefault({ id, ...preset }: Preset, isDefault: boolean): Promise<void> {
  const saved = await libraryApi.savePreset(id, { ...preset, isDefault });
  if (saved.ok) await loadPresets();
  else showToast(`${t`Couldn’t change the default.`} ${saved.failure.message}`, { tone: 'danger' });
}

/** Deletes a preset, and offers to undo that. Chats that have its settings keep them. */
export async function deletePreset({ id, ...input }: Preset): Promise<void> {
  const deleted = await libraryApi.deletePreset(id);
  if (!deleted.ok) {
    showToast(`${t`Couldn’t delete the preset.`} ${deleted.failure.message}`, { tone: 'danger' });
    return;
  }
  await loadPresets();
  const undo = async (): Promise<void> => {
    const restored = await libraryApi.savePreset(id, input);
    if (restored.ok) await loadPresets();
    else
      showToast(`${t`Couldn’t restore the preset.`} ${restored.failure.message}`, {
        tone: 'danger',
      });
  };
  const presetName = input.name;
  showToast(t`Preset “${presetName}” deleted.`, {
    action: { label: t`Undo`, run: () => void undo() },
  });
}

/** Gives a chat, or the next new one, the model of a preset. Returns how to undo that. */
export function pickPresetModel(
  place: ConversationId | 'new',
  { model }: Pick<Preset, 'model'>,
): () => void {
  if (model === undefined) return () => undefined;
  return replaceModel(place, { provider: providerId.from(model.provider), model: model.model });
}
