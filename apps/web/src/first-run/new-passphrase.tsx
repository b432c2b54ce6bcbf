import type { ReactElement } from 'react';
import { TextField } from '../controls/text-field.tsx';
import { MIN_PASSPHRASE_LENGTH, passphraseStrength } from './passphrase-strength.ts';

export interface PassphraseEntry {
  readonly first: string;
  readonly second: string;
}

/** A new passphrase, typed twice, with a hint of its strength. */
export function NewPassphrase(props: {
  readonly entry: PassphraseEntry;
  readonly onEntry: (entry: PassphraseEntry) => void;
  /** Also says what is missing from fields that are still empty. */
  readonly showFaults: boolean;
}): ReactElement {
  const { entry, onEntry, showFaults } = props;
  const { level, hint } = passphraseStrength(entry.first);
  const tooShort = level === 'too-short';
  const differs = entry.second !== '' || showFaults ? entry.first !== entry.second : false;
  return (
    <div className="new-passphrase">
      <TextField
        label="Passphrase"
        secret
        required
        minLength={MIN_PASSPHRASE_LENGTH}
        maxLength={1024}
        autoComplete="new-password"
        value={entry.first}
        onText={(first) => {
          onEntry({ ...entry, first });
        }}
        fault={tooShort && showFaults ? hint : undefined}
        hint={
          <span className="strength" data-level={entry.first === '' ? 'none' : level}>
            <span className="strength-bar" aria-hidden="true">
              <i />
              <i />
              <i />
              <i />
            </span>
            <span aria-live="polite">{entry.first === '' ? 'A few unrelated words.' : hint}</span>
          </span>
        }
      />
      <TextField
        label="The same once more"
        secret
        required
        maxLength={1024}
        autoComplete="new-password"
        value={entry.second}
        onText={(second) => {
          onEntry({ ...entry, second });
        }}
        fault={differs ? 'The two are not the same.' : undefined}
      />
      <p className="quiet">
        Nobody can reset it, not even Postern. The recovery code on the next page is the only other
        way in.
      </p>
    </div>
  );
}
