import { t } from '@lingui/core/macro';
import type { RenewalInput } from '@postern/protocol';
import type { ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { TextField } from '../controls/text-field.tsx';
import { NewPassphrase, type PassphraseEntry } from './new-passphrase.tsx';

export interface RenewFields {
  readonly byCode: boolean;
  /** The current passphrase, or the recovery code. */
  readonly known: string;
  readonly entry: PassphraseEntry;
}

export const NO_FIELDS: RenewFields = {
  byCode: false,
  known: '',
  entry: { first: '', second: '' },
};

/** What proves that the user may change the vault. */
export function proofFrom({
  byCode,
  known,
}: RenewFields): Pick<RenewalInput, 'passphrase' | 'recoveryCode'> {
  return byCode ? { recoveryCode: known.trim() } : { passphrase: known };
}

/** The current passphrase, or the recovery code instead. */
function KnownSecret(props: {
  readonly fields: RenewFields;
  readonly onFields: (fields: RenewFields) => void;
  readonly error: string | undefined;
  readonly canUseCode: boolean;
}): ReactElement {
  const { fields, onFields, error, canUseCode } = props;
  const { byCode, known } = fields;
  return (
    <div>
      <TextField
        key={String(byCode)}
        label={byCode ? t`Recovery code` : t`Current passphrase`}
        value={known}
        onText={(text) => {
          onFields({ ...fields, known: text });
        }}
        error={error}
        secret={!byCode}
        autoComplete={byCode ? 'off' : 'current-password'}
      />
      {canUseCode && (
        <Button
          look="quiet"
          onClick={() => {
            onFields({ ...fields, byCode: !byCode, known: '' });
          }}
        >
          {byCode ? t`Use passphrase` : t`Use recovery code`}
        </Button>
      )}
    </div>
  );
}

/** The secrets that a changed vault needs: one that proves who the user is, and a new passphrase. */
export function RenewSecrets(props: {
  readonly fields: RenewFields;
  readonly onFields: (fields: RenewFields) => void;
  readonly showErrors: boolean;
  readonly hasPassphrase: boolean;
  readonly canUseCode: boolean;
  readonly asksNew: boolean;
}): ReactElement {
  const { fields, onFields, showErrors, hasPassphrase, canUseCode, asksNew } = props;
  const isMissing = showErrors && fields.known === '';
  return (
    <>
      {hasPassphrase && (
        <KnownSecret
          fields={fields}
          onFields={onFields}
          error={isMissing ? t`Enter it to continue.` : undefined}
          canUseCode={canUseCode}
        />
      )}
      {asksNew && (
        <NewPassphrase
          label={t`New passphrase`}
          entry={fields.entry}
          onEntry={(entry) => {
            onFields({ ...fields, entry });
          }}
          showErrors={showErrors}
        />
      )}
    </>
  );
}
