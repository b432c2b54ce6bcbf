import { t } from '@lingui/core/macro';
import { Trash2 } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { Button } from '../controls/button.tsx';
import { useOpener } from '../state/openers.ts';
import { EraseDialog } from '../vault/erase-dialog.tsx';

export function EraseSection({ hasPassphrase }: { readonly hasPassphrase: boolean }): ReactElement {
  const [open, setOpen] = useState(false);
  useOpener('erase', () => {
    setOpen(true);
  });
  return (
    <section className="settings-section" aria-labelledby="erase">
      <h2 id="erase">{t`Erase`}</h2>
      <div className="settings-row">
        <div>
          <strong>{t`Erase everything`}</strong>
          <p>{t`All chats, keys, settings, logs and known backups. Nothing can bring them back.`}</p>
        </div>
        <Button
          look="danger"
          onClick={() => {
            setOpen(true);
          }}
        >
          <Trash2 aria-hidden="true" size={15} />
          {t`Erase…`}
        </Button>
      </div>
      {open && (
        <EraseDialog
          hasPassphrase={hasPassphrase}
          onClose={() => {
            setOpen(false);
          }}
        />
      )}
    </section>
  );
}
