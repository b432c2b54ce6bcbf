import './prompts.css';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { Prompt } from '@postern/protocol';
import { useId, useState, type KeyboardEvent, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { isComposing } from '../controls/composition.ts';
import { Dialog } from '../controls/dialog.tsx';
import { Keys } from '../controls/keys.tsx';
import { fillVariables, variablesIn } from './prompt-variables.ts';

/** Asks for the variables of a prompt. Tab moves through the fields, Enter inserts the text. */
export function PromptForm(props: {
  readonly prompt: Prompt;
  readonly onInsert: (text: string) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { prompt, onInsert, onClose } = props;
  const variables = variablesIn(prompt.text);
  const [values, setValues] = useState<ReadonlyMap<string, string>>(
    () => new Map(variables.map(({ name, defaultText }) => [name, defaultText])),
  );
  const insert = (): void => {
    onClose();
    onInsert(fillVariables(prompt.text, values));
  };
  const keyDown = (event: KeyboardEvent): void => {
    if (event.key !== 'Enter' || event.shiftKey || isComposing(event)) return;
    event.preventDefault();
    insert();
  };
  return (
    <Dialog title={prompt.name} className="prompt-form" onClose={onClose}>
      <form
        noValidate
        // Otherwise browsers store what is typed.
        autoComplete="off"
        onSubmit={(event) => {
          event.preventDefault();
          // It would reach the form of the message, which sends.
          event.stopPropagation();
          insert();
        }}
      >
        <div className="prompt-fields">
          {variables.map(({ name }, at) => (
            <VariableField
              key={name}
              name={name}
              isFirst={at === 0}
              value={values.get(name) ?? ''}
              onValue={(value) => {
                setValues(new Map(values).set(name, value));
              }}
              onKeyDown={keyDown}
            />
          ))}
        </div>
        <Actions onClose={onClose} />
      </form>
    </Dialog>
  );
}

function Actions({ onClose }: { readonly onClose: () => void }): ReactElement {
  return (
    <div className="dialog-actions">
      <Button type="submit" look="primary">
        {t`Insert`}
      </Button>
      <Button onClick={onClose}>{t`Cancel`}</Button>
      <span className="grow" />
      <span className="prompt-keys">
        <Trans>
          <Keys keys={['Shift', 'Enter']} /> for a new line
        </Trans>
      </span>
    </div>
  );
}

function VariableField(props: {
  readonly name: string;
  readonly isFirst: boolean;
  readonly value: string;
  readonly onValue: (value: string) => void;
  readonly onKeyDown: (event: KeyboardEvent) => void;
}): ReactElement {
  const { name, isFirst, value, onValue, onKeyDown } = props;
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id} dir="auto">
        {name}
      </label>
      <textarea
        id={id}
        className="prompt-value"
        rows={1}
        dir="auto"
        data-autofocus={isFirst ? '' : undefined}
        value={value}
        onFocus={(event) => {
          event.target.select();
        }}
        onChange={(event) => {
          onValue(event.target.value);
        }}
        onKeyDown={onKeyDown}
      />
    </div>
  );
}
