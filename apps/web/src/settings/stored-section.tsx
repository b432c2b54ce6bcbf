import './stored-section.css';
import type { StorageView, StoredData } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';

interface Words {
  readonly label: string;
  /** How it is protected. */
  readonly protection: string;
}

const WORDS: Readonly<Record<StoredData['what'], Words>> = {
  chats: {
    label: 'Chats and attachments',
    protection: 'Encrypted with a key from the vault (SQLCipher, AES-256).',
  },
  library: {
    label: 'Presets, prompts and favourites',
    protection: 'Encrypted with a key from the vault (SQLCipher, AES-256).',
  },
  gateway: {
    label: 'Gateway keys and usage',
    protection: 'Encrypted with a key from the vault (SQLCipher, AES-256).',
  },
  audit: {
    label: 'Audit log',
    protection: 'Not encrypted. It has no text that anyone wrote, and changes to it are detected.',
  },
  keys: {
    label: 'Vault',
    protection: 'Encrypted. Your keyring, passphrase or recovery code opens it.',
  },
  browsers: {
    label: 'Remembered browsers',
    protection: 'Not encrypted: only public keys. Changes to it are detected.',
  },
  certificates: {
    label: 'Certificates for development',
    protection: 'Not encrypted. Only you can read them.',
  },
  settings: { label: 'Settings', protection: 'Not encrypted. They contain no secret.' },
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
      <h2 id="stored">On this machine</h2>
      <p className="settings-lead">{sizeText(total)} in all, in files that only you can access.</p>
      <ul className="stored">
        {storage.data.map(({ what, bytes, path }) => (
          <li key={what}>
            <strong>{WORDS[what].label}</strong>
            <span className="stored-size">{sizeText(bytes)}</span>
            <span className="stored-protection">{WORDS[what].protection}</span>
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
        <strong>Trash</strong>
        <p>{count === 0 ? 'The trash is empty.' : `Deleted chats: ${String(count)}.`}</p>
        {problem !== undefined && <ProblemNotice problem={problem} />}
      </div>
      <Button
        disabled={count === 0}
        onClick={() => {
          setAsked(true);
        }}
      >
        Empty…
      </Button>
      {asked && (
        <Dialog
          title="Empty the trash?"
          onClose={() => {
            setAsked(false);
          }}
        >
          <p className="dialog-lead">These chats can’t be restored.</p>
          <footer className="dialog-actions">
            <span className="grow" />
            <Button
              onClick={() => {
                setAsked(false);
              }}
            >
              Cancel
            </Button>
            <Button look="danger" onClick={() => void empty()}>
              Empty trash
            </Button>
          </footer>
        </Dialog>
      )}
    </div>
  );
}

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte'] as const;

/** In decimal units, with at most one digit after the point. */
function sizeText(bytes: number): string {
  const at = Math.min(Math.floor(Math.log10(Math.max(bytes, 1)) / 3), UNITS.length - 1);
  return new Intl.NumberFormat(undefined, {
    style: 'unit',
    unit: UNITS[at] ?? 'byte',
    unitDisplay: at === 0 ? 'long' : 'short',
    maximumFractionDigits: 1,
  }).format(bytes / 1000 ** at);
}
