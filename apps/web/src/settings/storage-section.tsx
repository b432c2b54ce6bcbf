import { LockKeyhole } from 'lucide-react';
import type { AppState } from '@postern/protocol';
import type { ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { lockNow } from '../shell/sidebar.tsx';

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
              ? 'In the system keyring. Postern opens by itself while you are logged in.'
              : 'In an encrypted file that your passphrase or recovery code opens.'}
          </dd>
        </div>
        <div>
          <dt>System keyring</dt>
          <dd>{keyring.available ? 'Works on this system.' : keyring.message}</dd>
        </div>
        <div>
          <dt>Chats</dt>
          <dd>In an encrypted database on this machine.</dd>
        </div>
      </dl>
      <div className="settings-row">
        <div>
          <strong>Lock now</strong>
          <p>
            Forgets every key until you unlock again. Answers that are being written are stopped and
            kept.
          </p>
        </div>
        <Button onClick={() => void lockNow()}>
          <LockKeyhole aria-hidden="true" size={15} />
          Lock
        </Button>
      </div>
    </section>
  );
}
