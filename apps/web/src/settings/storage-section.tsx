import { Download, LockKeyhole } from 'lucide-react';
import type { AppState } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { toPageText } from '../api/problem.ts';
import { exportDialog } from '../chat/later-export.ts';
import { Button } from '../controls/button.tsx';
import { lockNow } from '../session/lock-now.ts';
import { useLater } from '../state/later.ts';

export function StorageSection({ state }: { readonly state: AppState }): ReactElement {
  const { storage, keyring } = state;
  return (
    <section className="settings-section" aria-labelledby="storage">
      <h2 id="storage">Storage</h2>
      <dl className="facts">
        <div>
          <dt>Secrets</dt>
          <dd>
            {storage === 'keyring'
              ? 'Stored in the system keyring. Postern unlocks when you log in.'
              : 'Stored in an encrypted file. Your passphrase or recovery code unlocks it.'}
          </dd>
        </div>
        <div>
          <dt>System keyring</dt>
          <dd>{keyring.available ? 'Available.' : toPageText(keyring.message)}</dd>
        </div>
        <div>
          <dt>Chats</dt>
          <dd>Stored in an encrypted database on this machine.</dd>
        </div>
      </dl>
      <div className="settings-row">
        <div>
          <strong>Lock Postern</strong>
          <p>
            Postern forgets all keys until you unlock it. Running answers stop, and what has arrived
            is kept.
          </p>
        </div>
        <Button onClick={() => void lockNow()}>
          <LockKeyhole aria-hidden="true" size={15} />
          Lock
        </Button>
      </div>
      <ExportAll />
    </section>
  );
}

function ExportAll(): ReactElement {
  const [open, setOpen] = useState(false);
  const dialog = useLater(exportDialog, open);
  return (
    <div className="settings-row">
      <div>
        <strong>Export all chats</strong>
        <p>Saves them to one file that isn’t encrypted. Chats in the trash are left out.</p>
      </div>
      <Button
        onClick={() => {
          setOpen(true);
        }}
      >
        <Download aria-hidden="true" size={15} />
        Export…
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
