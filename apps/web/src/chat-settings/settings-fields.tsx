import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import { REASONING_EFFORTS, type ReasoningEffort, type SettingWarning } from '@postern/protocol';
import { useId, type ReactElement, type ReactNode } from 'react';
import { Choice, type Option } from '../controls/choice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { i18n } from '../languages/i18n.ts';
import type { SettingsDraft, SettingsErrors } from './settings-draft.ts';
import { warningText } from './use-warnings.ts';

interface FieldsProps {
  readonly draft: SettingsDraft;
  readonly onDraft: (draft: SettingsDraft) => void;
  readonly errors: SettingsErrors;
  readonly warnings: readonly SettingWarning[];
}

/** The fields of a chat's settings. */
export function SettingsFields(props: FieldsProps): ReactElement {
  const { draft, onDraft, errors, warnings } = props;
  const change = (changed: Partial<SettingsDraft>): void => {
    onDraft({ ...draft, ...changed });
  };
  return (
    <div className="chat-settings-fields">
      <PromptField
        label={t`System prompt`}
        text={draft.systemPrompt}
        onText={(systemPrompt) => {
          change({ systemPrompt });
        }}
        error={errors.systemPrompt}
        hint={
          <Hint warning={warningText(warnings, 'systemPrompt')}>
            {t`Sent before the first message.`}
          </Hint>
        }
      />
      <NumberFields {...props} />
      <Choice
        label={t`Reasoning effort`}
        options={effortOptions()}
        value={draft.effort}
        onChoose={(effort) => {
          change({ effort });
        }}
        hint={
          <Hint warning={warningText(warnings, 'effort')}>
            {t`How much the model reasons before it answers.`}
          </Hint>
        }
      />
    </div>
  );
}

function NumberFields({ draft, onDraft, errors, warnings }: FieldsProps): ReactElement {
  return (
    <div className="chat-settings-pair">
      <TextField
        label={t`Temperature`}
        inputMode="decimal"
        placeholder={t`Default`}
        value={draft.temperature}
        onText={(temperature) => {
          onDraft({ ...draft, temperature });
        }}
        error={errors.temperature}
        hint={
          errors.temperature === undefined && (
            <Hint warning={warningText(warnings, 'temperature')}>
              {t`0 to 2. Lower is more predictable.`}
            </Hint>
          )
        }
      />
      <TextField
        label={t`Maximum output tokens`}
        inputMode="numeric"
        placeholder={t`Default`}
        value={draft.maxOutputTokens}
        onText={(maxOutputTokens) => {
          onDraft({ ...draft, maxOutputTokens });
        }}
        error={errors.maxOutputTokens}
        hint={
          <Hint warning={warningText(warnings, 'maxOutputTokens')}>{t`Reasoning counts too.`}</Hint>
        }
      />
    </div>
  );
}

const EFFORT_LABELS: Readonly<Record<ReasoningEffort, MessageDescriptor>> = {
  none: msg`None`,
  minimal: msg`Minimal`,
  low: msg`Low`,
  medium: msg`Medium`,
  high: msg`High`,
  xhigh: msg`Extra high`,
  max: msg`Maximum`,
};

export function effortLabel(effort: ReasoningEffort): string {
  return i18n._(EFFORT_LABELS[effort]);
}

function effortOptions(): readonly Option<string>[] {
  return [
    { value: '', label: t`Default` },
    ...REASONING_EFFORTS.map((effort) => ({ value: effort, label: effortLabel(effort) })),
  ];
}

/** A hint, or the warning that replaces it. */
function Hint(props: {
  readonly warning: string | undefined;
  readonly children: ReactNode;
}): ReactElement {
  return props.warning === undefined ? (
    <span>{props.children}</span>
  ) : (
    <span className="chat-settings-warning" role="status">
      {props.warning}
    </span>
  );
}

/** A labelled field of several lines. */
function PromptField(props: {
  readonly label: string;
  readonly text: string;
  readonly onText: (text: string) => void;
  readonly error: string | undefined;
  readonly hint?: ReactNode;
}): ReactElement {
  const { label, text, onText, error, hint } = props;
  const id = useId();
  return (
    <div className="field" data-error={error !== undefined}>
      <label htmlFor={id}>{label}</label>
      <textarea
        id={id}
        className="prompt-field"
        rows={6}
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
        {hint}
      </div>
    </div>
  );
}
