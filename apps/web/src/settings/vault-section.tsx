import type { StorageView } from '@postern/protocol';
import { useEffect, useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { request } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { RenewDialog, type Renewed } from '../vault/renew-dialog.tsx';

/** The passphrase and the recovery code. */
export function VaultSection(): ReactElement | null {
  const [storage, setStorage] = useState<StorageView>();
  const [problem, setProblem] = useState<RequestProblem>();
  const [open, setOpen] = useState<Renewed>();
  useEffect(() => {
    if (open !== undefined) return;
    void request<StorageView>('GET', '/api/storage').then((found) => {
      if (found.ok) setStorage(found.value);
      else setProblem(found.failure);
    });
  }, [open]);
  if (problem !== undefined) return <ProblemNotice problem={problem} />;
  if (storage === undefined) return null;
  const hasPassphrase = storage.slots.includes('passphrase');
  return (
    <section className="settings-section" aria-labelledby="vault">
      <h2 id="vault">Unlocking</h2>
      <div className="settings-row">
        <div>
          <strong>Passphrase</strong>
          <p>
            {hasPassphrase
              ? 'A new one comes with a new recovery code.'
              : 'Not set. With one, you can unlock Postern without the system keyring.'}
          </p>
        </div>
        <Button
          onClick={() => {
            setOpen('passphrase');
          }}
        >
          {hasPassphrase ? 'Change…' : 'Set…'}
        </Button>
      </div>
      <div className="settings-row">
        <div>
          <strong>Recovery code</strong>
          <p>Unlocks Postern if you lose everything else. Create a new one if someone saw yours.</p>
        </div>
        <Button
          onClick={() => {
            setOpen('recovery-code');
          }}
        >
          New code…
        </Button>
      </div>
      {open !== undefined && (
        <RenewDialog
          renewed={open}
          hasPassphrase={hasPassphrase}
          onClose={() => {
            setOpen(undefined);
          }}
        />
      )}
    </section>
  );
}
