import './settings-panel.css';
import { t } from '@lingui/core/macro';
import type { ChatSettings, Conversation, ConversationId } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { AppliedPreset, useAppliedPresets } from './applied-preset.tsx';
import { settingsOpen, showSettings } from './chat-settings.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { useModelFor } from '../models/use-model.ts';
import {
  draftErrors,
  draftOf,
  isSameDraft,
  settingsIn,
  validSettingsIn,
} from './settings-draft.ts';
import { PresetBar } from './preset-bar.tsx';
import { SettingsFields } from './settings-fields.tsx';
import { useWarnings } from './use-warnings.ts';

export { SettingsSign } from './settings-sign.tsx';

interface PanelProps {
  readonly id: ConversationId | 'new';
  readonly conversation: Conversation | undefined;
  readonly settings: ChatSettings;
}

/** The settings of a chat. Closing it saves them. */
export function SettingsPanel({ id, conversation, settings }: PanelProps): ReactElement {
  const model = useModelFor(id, conversation);
  const form = useForm(id, settings);
  const warnings = useWarnings(model, validSettingsIn(form.draft));
  const close = (): void => void form.save();
  const applied = useAppliedPresets(id, form.draft, form.setDraft);
  return (
    <Dialog title={t`Chat settings`} className="chat-settings" onClose={close}>
      <PresetBar
        settings={settingsIn(form.draft)}
        model={model}
        onApply={applied.apply}
        onLeave={() => {
          settingsOpen.set(false);
        }}
      />
      <AppliedPreset {...applied} />
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          close();
        }}
      >
        {id === 'new' && <p className="dialog-lead">{t`For the next chat that you start.`}</p>}
        <SettingsFields
          draft={form.draft}
          onDraft={form.setDraft}
          errors={form.errors}
          warnings={warnings}
        />
        {form.isOutdated && (
          <Notice title={t`Another page has changed these settings. Done replaces them.`} />
        )}
        {form.problem !== undefined && <ProblemNotice problem={form.problem} />}
        <div className="dialog-actions">
          <Button type="submit" look="primary" busy={form.isSaving}>
            {t`Done`}
          </Button>
          {form.isChanged && (
            <Button
              onClick={() => {
                applied.undoAll();
                settingsOpen.set(false);
              }}
            >
              {t`Discard changes`}
            </Button>
          )}
        </div>
      </form>
    </Dialog>
  );
}

/** The fields, and how they are saved. Errors show from the first attempt to save. */
function useForm(place: ConversationId | 'new', settings: ChatSettings) {
  const [stored, setStored] = useState(settings);
  const [begun, setBegun] = useState(settings);
  const [draft, setDraft] = useState(() => draftOf(settings));
  const [isChecked, setChecked] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const isChanged = !isSameDraft(draft, draftOf(begun));
  if (settings !== stored) {
    setStored(settings);
    if (!isChanged) {
      setBegun(settings);
      setDraft(draftOf(settings));
    }
  }
  const save = async (): Promise<void> => {
    const next = settingsIn(draft);
    if (next === undefined) setChecked(true);
    else if (!isChanged) settingsOpen.set(false);
    else {
      setSaving(true);
      const conversation = place === 'new' ? null : place;
      const saved = await appApi.saveChatSettings({ conversation, settings: next });
      setSaving(false);
      setProblem(saved.ok ? undefined : saved.failure);
      if (!saved.ok) return;
      showSettings(place, next);
      settingsOpen.set(false);
    }
  };
  return {
    draft,
    setDraft,
    errors: isChecked ? draftErrors(draft) : {},
    isChanged,
    /** Others have changed the settings since this page's user began to. */
    isOutdated: isChanged && !isSameDraft(draftOf(settings), draftOf(begun)),
    isSaving,
    problem,
    save,
  };
}
