import { REASONING_EFFORTS, type ReasoningEffort, type SettingWarning } from '@postern/protocol';
import { useId, type ReactElement, type ReactNode } from 'react';
import { Choice, type Option } from '../controls/choice.tsx';
import { TextField } from '../controls/text-field.tsx';
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
        label="System prompt"
        text={draft.systemPrompt}
        onText={(systemPrompt) => {
          change({ systemPrompt });
        }}
        error={errors.systemPrompt}
        hint={
          <Hint warning={warningText(warnings, 'systemPrompt')}>
            Sent before the first message.
          </Hint>
        }
      />
      <NumberFields {...props} />
      <Choice
        label="Reasoning effort"
        options={EFFORTS}
        value={draft.effort}
        onChoose={(effort) => {
          change({ effort });
        }}
        hint={
          <Hint warning={warningText(warnings, 'effort')}>
            How much the model reasons before it answers.
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
        label="Temperature"
        inputMode="decimal"
        placeholder="Default"
        value={draft.temperature}
        onText={(temperature) => {
          onDraft({ ...draft, temperature });
        }}
        error={errors.temperature}
        hint={
          errors.temperature === undefined && (
            <Hint warning={warningText(warnings, 'temperature')}>
              0 to 2. Lower is more predictable.
            </Hint>
          )
        }
      />
      <TextField
        label="Maximum output tokens"
        inputMode="numeric"
        placeholder="Default"
        value={draft.maxOutputTokens}
        onText={(maxOutputTokens) => {
          onDraft({ ...draft, maxOutputTokens });
        }}
        error={errors.maxOutputTokens}
        hint={<Hint warning={warningText(warnings, 'maxOutputTokens')}>Reasoning counts too.</Hint>}
      />
    </div>
  );
}

const EFFORT_LABELS: Readonly<Record<ReasoningEffort, string>> = {
  none: 'None',
  minimal: 'Minimal',
  low: 'Low',
  medium: 'Medium',
  high: 'High',
  xhigh: 'Extra high',
  max: 'Maximum',
};

const EFFORTS: readonly Option<string>[] = [
  { value: '', label: 'Default' },
  ...REASONING_EFFORTS.map((effort) => ({ value: effort, label: EFFORT_LABELS[effort] })),
];

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
