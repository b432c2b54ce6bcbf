import { t } from '@lingui/core/macro';
import type { StorageView } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { hasPassphrase } from '../vault/has-passphrase.ts';
import { RenewDialog, type Renewed } from '../vault/renew-dialog.tsx';

/** The passphrase and the recovery code. */
export function VaultSection(props: {
  readonly slots: StorageView['slots'];
  readonly onChanged: () => void;
}): ReactElement {
  const { slots, onChanged } = props;
  const [open, setOpen] = useState<Renewed>();
  const isSet = hasPassphrase(slots);
  return (
    <section className="settings-section" aria-labelledby="vault">
      <h2 id="vault">{t`Unlocking`}</h2>
      <div className="settings-row">
        <div>
          <strong>{t`Passphrase`}</strong>
          <p>
            {isSet
              ? t`A new one comes with a new recovery code.`
              : t`Not set. With one, you can unlock Postern without the system keyring.`}
          </p>
        </div>
        <Button
          onClick={() => {
            setOpen('passphrase');
          }}
        >
          {isSet ? t`Change…` : t`Set…`}
        </Button>
      </div>
      <div className="settings-row">
        <div>
          <strong>{t`Recovery code`}</strong>
          <p>{t`Unlocks Postern if you lose everything else. Create a new one if someone saw yours.`}</p>
        </div>
        <Button
          onClick={() => {
            setOpen('recovery-code');
          }}
        >
          {t`New code…`}
        </Button>
      </div>
      {open !== undefined && (
        <RenewDialog
          renewed={open}
          hasPassphrase={isSet}
          onClose={() => {
            setOpen(undefined);
            onChanged();
          }}
        />
      )}
    </section>
  );
}
