import './vault.css';
import { t } from '@lingui/core/macro';
import { MAX_PASSPHRASE_BYTES, MIN_PASSPHRASE_LENGTH } from '@postern/protocol';
import type { ReactElement } from 'react';
import { TextField } from '../controls/text-field.tsx';
import { passphraseStrength } from './passphrase-strength.ts';

export interface PassphraseEntry {
  readonly first: string;
  readonly second: string;
}

/** Two fields for a new passphrase, with a hint about its strength. */
export function NewPassphrase(props: {
  readonly entry: PassphraseEntry;
  readonly onEntry: (entry: PassphraseEntry) => void;
  /** Show errors for empty fields too. */
  readonly showErrors: boolean;
  /** Default: `Passphrase`. */
  readonly label?: string;
  /** Default: what happens if the passphrase of the vault is lost. */
  readonly note?: string;
}): ReactElement {
  const { entry, onEntry, showErrors, label = t`Passphrase`, note = defaultNote() } = props;
  const { level, hint } = passphraseStrength(entry.first);
  const tooShort = level === 'too-short';
  const differs = entry.second !== '' || showErrors ? entry.first !== entry.second : false;
  return (
    <div className="new-passphrase">
      <TextField
        label={label}
        secret
        required
        minLength={MIN_PASSPHRASE_LENGTH}
        maxLength={MAX_PASSPHRASE_BYTES}
        autoComplete="new-password"
        value={entry.first}
        onText={(first) => {
          onEntry({ ...entry, first });
        }}
        error={tooShort && showErrors ? hint : undefined}
        hint={
          <span className="strength" data-level={entry.first === '' ? 'none' : level}>
            <span className="strength-bar" aria-hidden="true">
              <i />
              <i />
              <i />
              <i />
            </span>
            <span aria-live="polite">
              {entry.first === '' ? t`Use four or five unrelated words.` : hint}
            </span>
          </span>
        }
      />
      <TextField
        label={t`Confirm passphrase`}
        secret
        required
        maxLength={MAX_PASSPHRASE_BYTES}
        autoComplete="new-password"
        value={entry.second}
        onText={(second) => {
          onEntry({ ...entry, second });
        }}
        error={differs ? t`The passphrases don’t match.` : undefined}
      />
      <p className="quiet">{note}</p>
    </div>
  );
}

function defaultNote(): string {
  return t`Nobody can reset your passphrase. If you lose it, only the recovery code, which is shown next, unlocks Postern.`;
}

/** Whether both fields have the same, long enough passphrase. */
export function isUsable({ first, second }: PassphraseEntry): boolean {
  return passphraseStrength(first).level !== 'too-short' && first === second;
}
