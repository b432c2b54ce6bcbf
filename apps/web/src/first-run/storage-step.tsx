import { t } from '@lingui/core/macro';
import { FileLock2, KeyRound } from 'lucide-react';
import type { AppState, SetupAnswer } from '@postern/protocol';
import { useId, useState, type ReactElement, type ReactNode } from 'react';
import { appApi } from '../api/app-api.ts';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { Gate } from '../controls/gate.tsx';
import { SentText } from '../controls/sent-text.tsx';
import { isUsable, NewPassphrase, type PassphraseEntry } from '../vault/new-passphrase.tsx';

export type Storage = 'keyring' | 'file';

/** Chooses where the key that encrypts everything is stored. */
export function StorageStep(props: {
  readonly state: AppState;
  readonly onDone: (answer: SetupAnswer) => void;
  /** Called when a command has created the vault while this page was open. */
  readonly onExists: () => void;
  readonly onRestore: () => void;
}): ReactElement {
  const { keyring } = props.state;
  const [storage, setStorage] = useState<Storage>(keyring.available ? 'keyring' : 'file');
  const [entry, setEntry] = useState<PassphraseEntry>({ first: '', second: '' });
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const ready = storage === 'keyring' || isUsable(entry);

  const setUp = async (): Promise<void> => {
    setTried(true);
    if (!ready || busy) return;
    setBusy(true);
    setProblem(undefined);
    const answer = await appApi.setUp(
      storage === 'keyring' ? { storage } : { storage, passphrase: entry.first },
    );
    setBusy(false);
    if (answer.ok) props.onDone(answer.value);
    else if (answer.failure.code === 'VAULT_EXISTS') props.onExists();
    else setProblem(answer.failure);
  };

  return (
    <Gate
      title={t`Choose how to unlock Postern`}
      step={{ now: 1, of: 3 }}
      lead={
        <p>
          {t`Postern encrypts your keys and chats on this machine. It sends them only to the model providers you choose.`}
        </p>
      }
    >
      <form
        className="gate-form"
        // The fields show their own messages.
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void setUp();
        }}
      >
        <StorageChoice keyring={keyring} storage={storage} onChoose={setStorage} />
        {storage === 'file' && (
          <NewPassphrase entry={entry} onEntry={setEntry} showErrors={tried} />
        )}
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <Ways busy={busy} onRestore={props.onRestore} />
      </form>
    </Gate>
  );
}

function Ways(props: { readonly busy: boolean; readonly onRestore: () => void }): ReactElement {
  return (
    <>
      <Button type="submit" look="primary" className="wide" busy={props.busy}>
        {t`Continue`}
      </Button>
      <Button look="quiet" className="wide" disabled={props.busy} onClick={props.onRestore}>
        {t`Restore a backup`}
      </Button>
    </>
  );
}

/** Where a new vault stores its secrets. */
export function StorageChoice(props: {
  readonly keyring: AppState['keyring'];
  readonly storage: Storage;
  readonly onChoose: (storage: Storage) => void;
}): ReactElement {
  const { keyring, storage, onChoose } = props;
  return (
    <>
      {!keyring.available && (
        <Notice title={t`The system keyring isn’t available.`}>
          <SentText {...keyring} />
        </Notice>
      )}
      <fieldset className="choices">
        <legend className="visually-hidden">{t`Storage`}</legend>
        <Choice
          name="keyring"
          chosen={storage === 'keyring'}
          disabled={!keyring.available}
          onChoose={onChoose}
          icon={<KeyRound aria-hidden="true" size={19} />}
          title={t`System keyring`}
          badge={keyring.available ? t`Recommended` : t`Unavailable`}
        >
          {t`Postern unlocks when you log in. There’s nothing to remember.`}
        </Choice>
        <Choice
          name="file"
          chosen={storage === 'file'}
          onChoose={onChoose}
          icon={<FileLock2 aria-hidden="true" size={19} />}
          title={t`Passphrase`}
          badge={keyring.available ? undefined : t`Works everywhere`}
        >
          {t`Your secrets go into an encrypted file. You enter the passphrase when Postern starts.`}
        </Choice>
      </fieldset>
    </>
  );
}

function Choice(props: {
  readonly name: Storage;
  readonly chosen: boolean;
  readonly disabled?: boolean;
  readonly onChoose: (name: Storage) => void;
  readonly icon: ReactNode;
  readonly title: string;
  readonly badge: string | undefined;
  readonly children: ReactNode;
}): ReactElement {
  const id = useId();
  return (
    <div className="choice">
      <input
        type="radio"
        id={id}
        name="storage"
        checked={props.chosen}
        disabled={props.disabled}
        aria-describedby={`${id}-description`}
        onChange={() => {
          props.onChoose(props.name);
        }}
      />
      <label htmlFor={id}>
        <span className="choice-icon">{props.icon}</span>
        <span className="choice-title">{props.title}</span>
        {props.badge !== undefined && <span className="badge">{props.badge}</span>}
        <span className="choice-description" id={`${id}-description`}>
          {props.children}
        </span>
      </label>
    </div>
  );
}
