import './presets.css';
import './settings-panel.css';
import { t } from '@lingui/core/macro';
import type { ChatSettings, Preset, PresetInput } from '@postern/protocol';
import { useId, useRef, useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import {
  draftErrors,
  draftOf,
  isSameDraft,
  settingsIn,
  validSettingsIn,
} from './settings-draft.ts';
import { SettingsFields } from './settings-fields.tsx';
import { useWarnings } from './use-warnings.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { showToast } from '../controls/toasts.tsx';
import { offeredModels, type OfferedModel } from '../models/choose-model.ts';
import { ModelPicker } from '../models/model-picker.tsx';
import { models } from '../models/models.ts';
import { useStore } from '../state/store.ts';
import { savePreset } from './presets.ts';

type Model = PresetInput['model'];

interface EditorProps {
  /** Undefined for a new one. */
  readonly preset?: Preset;
  /** What a new one begins with. */
  readonly begun?: { readonly settings: ChatSettings; readonly model?: Model };
  readonly onClose: () => void;
}

/** Edits a preset, or makes a new one. */
export function PresetEditor(props: EditorProps): ReactElement {
  const { preset, onClose } = props;
  const form = usePresetForm(props);
  const offered = useOfferedModel(form.model);
  const warnings = useWarnings(offered, validSettingsIn(form.draft));
  return (
    <Dialog
      title={preset === undefined ? t`New preset` : t`Edit preset`}
      className="preset-editor"
      onClose={form.close}
    >
      <form
        noValidate
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          void form.save();
        }}
      >
        <div className="preset-fields">
          <TextField
            label={t`Name`}
            dir="auto"
            maxLength={64}
            data-autofocus=""
            value={form.name}
            onText={form.setName}
            error={form.nameError}
          />
          <ModelField model={form.model} offered={offered} onModel={form.setModel} />
        </div>
        <SettingsFields
          draft={form.draft}
          onDraft={form.setDraft}
          errors={form.errors}
          warnings={warnings}
        />
        <DefaultChoice isDefault={form.isDefault} onDefault={form.setDefault} />
        {form.isWarned && (
          <Notice title={t`Your changes aren’t saved. Close again to discard them.`} />
        )}
        {form.problem !== undefined && <ProblemNotice problem={form.problem} />}
        <div className="dialog-actions">
          <Button type="submit" look="primary" busy={form.isSaving}>
            {t`Save`}
          </Button>
          <Button onClick={onClose}>{t`Cancel`}</Button>
        </div>
      </form>
    </Dialog>
  );
}

function DefaultChoice(props: {
  readonly isDefault: boolean;
  readonly onDefault: (isDefault: boolean) => void;
}): ReactElement {
  return (
    <label className="preset-check">
      <input
        type="checkbox"
        checked={props.isDefault}
        onChange={(event) => {
          props.onDefault(event.target.checked);
        }}
      />
      {t`Use for new chats, except private ones`}
    </label>
  );
}

function useOfferedModel(model: Model): OfferedModel | undefined {
  const { groups } = useStore(models);
  return offeredModels(groups).find(
    (each) => each.provider === model?.provider && each.model === model.model,
  );
}

function usePresetForm({ preset, begun, onClose }: EditorProps) {
  const [first] = useState(() => ({
    name: preset?.name ?? '',
    model: preset === undefined ? begun?.model : preset.model,
    draft: draftOf((preset ?? begun)?.settings ?? {}),
    isDefault: preset?.isDefault === true,
  }));
  const [name, setName] = useState(first.name);
  const [model, setModel] = useState(first.model);
  const [draft, setDraft] = useState(first.draft);
  const [isDefault, setDefault] = useState(first.isDefault);
  const [isChecked, setChecked] = useState(false);
  const [isWarned, setWarned] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const isTaken = problem?.code === 'LIBRARY_NAME_TAKEN';
  const isChanged =
    name !== first.name ||
    model !== first.model ||
    isDefault !== first.isDefault ||
    !isSameDraft(draft, first.draft);
  const save = async (): Promise<void> => {
    setChecked(true);
    const settings = settingsIn(draft);
    if (name.trim() === '' || settings === undefined) return;
    setSaving(true);
    const input = { name, settings, ...(model && { model }), ...(isDefault && { isDefault }) };
    const saved = await savePreset(preset, input);
    setSaving(false);
    setProblem(saved.ok ? undefined : saved.failure);
    if (!saved.ok) return;
    const { name: presetName } = saved.value;
    showToast(t`Preset “${presetName}” saved.`);
    onClose();
  };
  return {
    ...{ name, model, setModel, draft, setDraft, isDefault, setDefault, isWarned, isSaving, save },
    setName: (next: string) => {
      setName(next);
      if (isTaken) setProblem(undefined);
    },
    nameError: nameErrorOf(isTaken, isChecked && name.trim() === ''),
    errors: isChecked ? draftErrors(draft) : {},
    close: () => {
      if (isChanged && !isWarned) setWarned(true);
      else onClose();
    },
    problem: isTaken ? undefined : problem,
  };
}

function nameErrorOf(isTaken: boolean, isMissing: boolean): string | undefined {
  if (isTaken) return t`Another preset has this name. Choose another one.`;
  return isMissing ? t`Enter a name.` : undefined;
}

function ModelField(props: {
  readonly model: Model;
  readonly offered: OfferedModel | undefined;
  readonly onModel: (model: Model) => void;
}): ReactElement {
  const { model, offered, onModel } = props;
  const id = useId();
  const button = useRef<HTMLButtonElement>(null);
  const [open, setOpen] = useState(false);
  return (
    <div className="field" role="group" aria-labelledby={id}>
      <span id={id} className="field-label">
        {t`Model`}
      </span>
      <div className="preset-model">
        <Button
          ref={button}
          aria-haspopup="dialog"
          aria-expanded={open}
          onClick={() => {
            setOpen(true);
          }}
        >
          {offered?.label ?? model?.model ?? t`Any model`}
        </Button>
        {model !== undefined && (
          <Button
            look="quiet"
            onClick={() => {
              onModel(undefined);
            }}
          >
            {t`Any model`}
          </Button>
        )}
      </div>
      {open && (
        <ModelPicker
          anchor={button}
          chosen={offered}
          onPick={(choice) => {
            onModel({ provider: choice.provider, model: choice.model });
            setOpen(false);
          }}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </div>
  );
}
