import './stored-section.css';
import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type { StorageView, StoredData } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { formatNumber } from '../languages/formats.ts';
import { sizeText } from '../languages/size-text.ts';
import { i18n } from '../languages/i18n.ts';

interface Words {
  readonly label: MessageDescriptor;
  /** How it is protected. */
  readonly protection: MessageDescriptor;
}

const WORDS: Readonly<Record<StoredData['what'], Words>> = {
  chats: {
    label: msg`Chats and attachments`,
    protection: msg`Encrypted with a key from the vault (SQLCipher, AES-256).`,
  },
  library: {
    label: msg`Presets, prompts and favourites`,
    protection: msg`Encrypted with a key from the vault (SQLCipher, AES-256).`,
  },
  gateway: {
    label: msg`Gateway keys and usage`,
    protection: msg`Encrypted with a key from the vault (SQLCipher, AES-256).`,
  },
  audit: {
    label: msg`Audit log`,
    protection: msg`Not encrypted. It has no text that anyone wrote, and changes to it are detected.`,
  },
  keys: {
    label: msg`Vault`,
    protection: msg`Encrypted. Your keyring, passphrase or recovery code opens it.`,
  },
  browsers: {
    label: msg`Remembered browsers`,
    protection: msg`Not encrypted: only public keys. Changes to it are detected.`,
  },
  certificates: {
    label: msg`Certificates for development`,
    protection: msg`Not encrypted. Only you can read them.`,
  },
  settings: { label: msg`Settings`, protection: msg`Not encrypted. They contain no secret.` },
};

/** What is stored, where, how large it is and how it is protected. */
export function StoredSection(props: {
  readonly storage: StorageView;
  readonly onChanged: () => void;
}): ReactElement {
  const { storage, onChanged } = props;
  const total = storage.data.reduce((sum, { bytes }) => sum + bytes, 0);
  return (
    <section className="settings-section" aria-labelledby="stored">
      <h2 id="stored">{t`On this machine`}</h2>
      <p className="settings-lead">{t`${{ size: sizeText(total) }} in all, in files that only you can access.`}</p>
      <ul className="stored">
        {storage.data.map(({ what, bytes, path }) => (
          <li key={what}>
            <strong>{i18n._(WORDS[what].label)}</strong>
            <span className="stored-size">{sizeText(bytes)}</span>
            <span className="stored-protection">{i18n._(WORDS[what].protection)}</span>
            <code dir="ltr">{path}</code>
          </li>
        ))}
      </ul>
      <TrashRow count={storage.trashed} onChanged={onChanged} />
    </section>
  );
}

function TrashRow(props: { readonly count: number; readonly onChanged: () => void }): ReactElement {
  const { count, onChanged } = props;
  const [asked, setAsked] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const empty = async (): Promise<void> => {
    setAsked(false);
    const emptied = await appApi.emptyTrash();
    setProblem(emptied.ok ? undefined : emptied.failure);
    onChanged();
  };
  return (
    <div className="settings-row">
      <div>
        <strong>{t`Trash`}</strong>
        <p>
          {count === 0
            ? t`The trash is empty.`
            : t`Deleted chats: ${{ count: formatNumber(count) }}.`}
        </p>
        {problem !== undefined && <ProblemNotice problem={problem} />}
      </div>
      <Button
        disabled={count === 0}
        onClick={() => {
          setAsked(true);
        }}
      >
        {t`Empty…`}
      </Button>
      {asked && (
        <Dialog
          title={t`Empty the trash?`}
          onClose={() => {
            setAsked(false);
          }}
        >
          <p className="dialog-lead">{t`These chats can’t be restored.`}</p>
          <footer className="dialog-actions">
            <span className="grow" />
            <Button
              onClick={() => {
                setAsked(false);
              }}
            >
              {t`Cancel`}
            </Button>
            <Button look="danger" onClick={() => void empty()}>
              {t`Empty trash`}
            </Button>
          </footer>
        </Dialog>
      )}
    </div>
  );
}
