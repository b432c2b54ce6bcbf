import { LockKeyhole } from 'lucide-react';
import type { AppState } from '@postern/protocol';
import type { ReactElement } from 'react';
import { toPageText } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { lockNow } from '../session/lock-now.ts';

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
    </section>
  );
}
