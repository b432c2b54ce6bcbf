import { t } from '@lingui/core/macro';
import type { ReactElement } from 'react';

/** What unlocks the vault alone. */
export type Alone = 'keyring' | 'passphrase';

export function AloneChoice(props: {
  readonly alone: Alone;
  readonly onAlone: (alone: Alone) => void;
  readonly isKeyringAvailable: boolean;
}): ReactElement {
  const { alone, onAlone, isKeyringAvailable } = props;
  const options = [
    {
      value: 'keyring',
      label: t`System keyring`,
      hint: isKeyringAvailable
        ? t`Postern unlocks when you log in. Your recovery code stays the same.`
        : t`The system keyring isn’t available.`,
      isDisabled: !isKeyringAvailable,
    },
    {
      value: 'passphrase',
      label: t`Passphrase`,
      hint: t`Without the system keyring, for example because it is lost. You get a new recovery code.`,
      isDisabled: false,
    },
  ] as const;
  return (
    <fieldset className="alone-choice">
      <legend>{t`Unlock Postern with`}</legend>
      {options.map(({ value, label, hint, isDisabled }) => (
        <div key={value} className="alone-option">
          <input
            type="radio"
            id={`alone-${value}`}
            name="alone"
            checked={value === alone}
            disabled={isDisabled}
            aria-describedby={`alone-${value}-hint`}
            onChange={() => {
              onAlone(value);
            }}
          />
          <label htmlFor={`alone-${value}`}>{label}</label>
          <p id={`alone-${value}-hint`}>{hint}</p>
        </div>
      ))}
    </fieldset>
  );
}
