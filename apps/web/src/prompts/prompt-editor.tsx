import './prompts.css';
import { plural, t } from '@lingui/core/macro';
import { MAX_PROMPT_LENGTH, type Prompt } from '@postern/protocol';
import { useId, useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { showToast } from '../controls/toasts.tsx';
import { formatList } from '../languages/formats.ts';
import { variablesIn } from './prompt-variables.ts';
import { savePrompt } from './prompts.ts';

/** Edits a prompt, or writes a new one. */
export function PromptEditor(props: {
  /** Undefined for a new one. */
  readonly prompt?: Prompt;
  /** The text of a new one. */
  readonly text?: string;
  readonly onClose: () => void;
}): ReactElement {
  const { prompt, onClose } = props;
  const form = usePromptForm(prompt, props.text ?? '', onClose);
  return (
    <Dialog
      title={prompt === undefined ? t`New prompt` : t`Edit prompt`}
      className="prompt-editor"
      onClose={form.close}
    >
      <form
        noValidate
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          // It would reach the form of the message, which sends.
          event.stopPropagation();
          void form.save();
        }}
      >
        <div className="prompt-fields">
          <TextField
            label={t`Name`}
            dir="auto"
            maxLength={64}
            data-autofocus=""
            value={form.name}
            onText={form.setName}
            error={form.nameError}
            hint={form.nameError === undefined && t`What you type after / to find it.`}
          />
          <TextArea text={form.text} onText={form.setText} error={form.textError} />
        </div>
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

function usePromptForm(prompt: Prompt | undefined, begun: string, onClose: () => void) {
  const [first] = useState(prompt ?? { name: '', text: begun });
  const [name, setName] = useState(first.name);
  const [text, setText] = useState(first.text);
  const [isChecked, setChecked] = useState(false);
  const [isWarned, setWarned] = useState(false);
  const [isSaving, setSaving] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const isTaken = problem?.code === 'LIBRARY_NAME_TAKEN';
  const save = async (): Promise<void> => {
    setChecked(true);
    if (name.trim() === '' || textErrorOf(text) !== undefined) return;
    setSaving(true);
    const saved = await savePrompt(prompt, { name, text });
    setSaving(false);
    setProblem(saved.ok ? undefined : saved.failure);
    if (!saved.ok) return;
    const { name: promptName } = saved.value;
    showToast(t`Prompt “${promptName}” saved.`);
    onClose();
  };
  return {
    ...{ name, text, setText, isWarned, isSaving, save },
    setName: (next: string) => {
      setName(next);
      if (isTaken) setProblem(undefined);
    },
    nameError: nameErrorOf(isTaken, isChecked && name.trim() === ''),
    textError: isChecked ? textErrorOf(text) : undefined,
    close: () => {
      const isChanged = name !== first.name || text !== first.text;
      if (isChanged && !isWarned) setWarned(true);
      else onClose();
    },
    problem: isTaken ? undefined : problem,
  };
}

function nameErrorOf(isTaken: boolean, isMissing: boolean): string | undefined {
  if (isTaken) return t`Another prompt has this name. Choose another one.`;
  return isMissing ? t`Enter a name.` : undefined;
}

const NAMED_VARIABLE = '{{name}}';
const VARIABLE_WITH_DEFAULT = '{{name:default}}';

function textErrorOf(text: string): string | undefined {
  if (text.trim() === '') return t`Enter a text.`;
  if (text.length <= MAX_PROMPT_LENGTH) return undefined;
  return plural(MAX_PROMPT_LENGTH, {
    one: 'Use at most # character.',
    other: 'Use at most # characters.',
  });
}

function TextArea(props: {
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly error: string | undefined;
}): ReactElement {
  const { text, onText, error } = props;
  const id = useId();
  const names = variablesIn(text).map(({ name }) => name);
  const variableNames = formatList(names);
  const namedVariable = NAMED_VARIABLE;
  const variableWithDefault = VARIABLE_WITH_DEFAULT;
  return (
    <div className="field" data-error={error !== undefined}>
      <label htmlFor={id}>{t`Text`}</label>
      <textarea
        id={id}
        className="prompt-text"
        rows={8}
        dir="auto"
        value={text}
        aria-invalid={error !== undefined}
        aria-describedby={`${id}-description`}
        onChange={(event) => {
          onText(event.target.value);
        }}
      />
      <div id={`${id}-description`} className="field-description">
        {error !== undefined && <p className="field-error">{error}</p>}
        <p className="field-hint">
          {names.length === 0
            ? t`Write ${namedVariable} or ${variableWithDefault} for what you want to be asked for.`
            : t`Asks for: ${variableNames}`}
        </p>
      </div>
    </div>
  );
}
