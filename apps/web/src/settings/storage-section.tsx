import { t } from '@lingui/core/macro';
import { Download, LockKeyhole } from 'lucide-react';
import type { AppState } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { exportDialog } from '../chat/later-export.ts';
import { Button } from '../controls/button.tsx';
import { SentText } from '../controls/sent-text.tsx';
import { lockNow } from '../session/lock-now.ts';
import { useLater } from '../state/later.ts';
import { useOpener } from '../state/openers.ts';

export function StorageSection({ state }: { readonly state: AppState }): ReactElement {
  const { keyring } = state;
  return (
    <section className="settings-section" aria-labelledby="storage">
      <h2 id="storage">{t`Storage`}</h2>
      <dl className="facts">
        <div>
          <dt>{t`Secrets`}</dt>
          <dd>{whereSecretsAre(state)}</dd>
        </div>
        <div>
          <dt>{t`System keyring`}</dt>
          <dd>{keyring.available ? t`Available.` : <SentText {...keyring} />}</dd>
        </div>
        <div>
          <dt>{t`Chats`}</dt>
          <dd>{t`Stored in an encrypted database on this machine.`}</dd>
        </div>
      </dl>
      <div className="settings-row">
        <div>
          <strong>{t`Lock Postern`}</strong>
          <p>
            {t`Postern forgets all keys until you unlock it. Running answers stop, and what has arrived is kept.`}
          </p>
        </div>
        <Button onClick={() => void lockNow()}>
          <LockKeyhole aria-hidden="true" size={15} />
          {t`Lock`}
        </Button>
      </div>
      <ExportAll />
    </section>
  );
}

function whereSecretsAre({ storage, requiresBoth }: AppState): string {
  if (requiresBoth) {
    return t`Stored in an encrypted file. Your passphrase and the system keyring unlock it together, or your recovery code alone.`;
  }
  return storage === 'keyring'
    ? t`Stored in the system keyring. Postern unlocks when you log in.`
    : t`Stored in an encrypted file. Your passphrase or recovery code unlocks it.`;
}

function ExportAll(): ReactElement {
  const [open, setOpen] = useState(false);
  useOpener('export-all', () => {
    setOpen(true);
  });
  const dialog = useLater(exportDialog, open);
  return (
    <div className="settings-row">
      <div>
        <strong>{t`Export all chats`}</strong>
        <p>{t`Saves them to one file that isn’t encrypted. Chats in the trash are left out.`}</p>
      </div>
      <Button
        onClick={() => {
          setOpen(true);
        }}
      >
        <Download aria-hidden="true" size={15} />
        {t`Export…`}
      </Button>
      {dialog !== undefined && (
        <dialog.ExportDialog
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </div>
  );
}
