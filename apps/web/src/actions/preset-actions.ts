import { t } from '@lingui/core/macro';
import type { Preset } from '@postern/protocol';
import { appApi } from '../api/app-api.ts';
import { newChatSettings, showSettings } from '../chat-settings/chat-settings.ts';
import { pickPresetModel } from '../chat-settings/presets.ts';
import { focusComposer } from '../chat/compose-requests.ts';
import { showToast } from '../controls/toasts.tsx';
import { navigate } from '../navigation/route.ts';
import type { Action } from '../shortcuts/action.ts';

/** Begins a chat with the settings and the model of a preset. */
export function presetAction(preset: Preset): Action {
  return {
    id: `new-chat-preset-${preset.id}`,
    label: () => t`New chat with preset “${{ name: preset.name }}”`,
    group: 'chats',
    run: () => void beginWith(preset),
  };
}

async function beginWith(preset: Preset): Promise<void> {
  navigate({ at: 'new' });
  const before = newChatSettings();
  const saved = await saveNew(preset.settings);
  if (!saved) return;
  const undoModel = pickPresetModel('new', preset);
  focusComposer();
  showToast(t`The next chat has the preset “${{ name: preset.name }}”.`, {
    action: {
      label: t`Undo`,
      run: () => {
        undoModel();
        void saveNew(before);
      },
    },
  });
}

async function saveNew(settings: Preset['settings']): Promise<boolean> {
  const saved = await appApi.saveChatSettings({ conversation: null, settings });
  if (saved.ok) showSettings('new', settings);
  else {
    showToast(t`Couldn’t change the settings. ${{ reason: saved.failure.message }}`, {
      tone: 'danger',
    });
  }
  return saved.ok;
}
