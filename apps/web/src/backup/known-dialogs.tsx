import './backup.css';
import { t } from '@lingui/core/macro';
import type { BackupContents, BackupView } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { focusNow } from '../controls/focus-now.ts';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { backupsApi } from './backups-api.ts';
import { ContentsList } from './contents-list.tsx';
import { follow } from './follow.ts';
import { ProgressBar } from './progress-bar.tsx';
import { useOperation, type Operation } from './use-operation.ts';

/** Reads all of a backup, and says what it has. */
export function VerifyDialog(props: {
  readonly path: string;
  readonly onClose: () => void;
}): ReactElement {
  const { path, onClose } = props;
  const [contents, setContents] = useState<BackupContents>();
  const operation = useOperation();
  const isRunning = operation.progress !== undefined;
  const verify = async (backupPassphrase: string): Promise<void> => {
    const input = { path, backupPassphrase };
    setContents(
      await operation.run((options) =>
        follow<BackupContents>('/api/backups/verify', input, options),
      ),
    );
  };
  return (
    <Dialog title={t`Verify backup`} onClose={isRunning ? () => undefined : onClose}>
      {contents === undefined ? (
        <VerifyForm {...{ path, operation, onClose }} onVerify={(given) => void verify(given)} />
      ) : (
        <div className="renew-form">
          <Notice title={t`The backup is whole.`} />
          <ContentsList contents={contents} />
          <footer className="dialog-actions">
            <span className="grow" />
            <Button ref={focusNow} look="primary" onClick={onClose}>
              {t`Done`}
            </Button>
          </footer>
        </div>
      )}
    </Dialog>
  );
}

function VerifyForm(props: {
  readonly path: string;
  readonly operation: Operation;
  readonly onVerify: (passphrase: string) => void;
  readonly onClose: () => void;
}): ReactElement {
  const { path, operation, onVerify, onClose } = props;
  const [passphrase, setPassphrase] = useState('');
  const isRunning = operation.progress !== undefined;
  return (
    <form
      className="renew-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (passphrase !== '' && !isRunning) onVerify(passphrase);
      }}
    >
      <code className="backup-path" dir="ltr">
        {path}
      </code>
      {!isRunning && (
        <TextField
          ref={focusNow}
          data-autofocus
          label={t`Passphrase of the backup`}
          secret
          value={passphrase}
          onText={setPassphrase}
          autoComplete="off"
        />
      )}
      {operation.problem !== undefined && <ProblemNotice problem={operation.problem} />}
      <ProgressBar operation={operation} />
      {!isRunning && (
        <footer className="dialog-actions">
          <span className="grow" />
          <Button onClick={onClose}>{t`Cancel`}</Button>
          <Button type="submit" look="primary" disabled={passphrase === ''}>
            {t`Verify`}
          </Button>
        </footer>
      )}
    </form>
  );
}

/** Asks, then deletes the file of a backup, or forgets one that is elsewhere. */
export function DeleteDialog(props: {
  readonly backup: BackupView;
  readonly onClose: () => void;
}): ReactElement {
  const { backup, onClose } = props;
  const { path, bytes, madeAtMs } = backup;
  const [problem, setProblem] = useState<RequestProblem>();
  const [busy, setBusy] = useState(false);
  const isFile = path !== null && bytes !== null;
  const remove = async (): Promise<void> => {
    setBusy(true);
    const removed = await backupsApi.remove({ path, madeAtMs });
    setBusy(false);
    if (removed.ok) onClose();
    else setProblem(removed.failure);
  };
  return (
    <Dialog title={isFile ? t`Delete this backup?` : t`Forget this backup?`} onClose={onClose}>
      <div className="renew-form">
        <p className="dialog-lead">
          {isFile
            ? t`The file is deleted. It can’t be restored.`
            : t`It is removed from this list. If the file still exists somewhere, it stays there.`}
        </p>
        {path !== null && (
          <code className="backup-path" dir="ltr">
            {path}
          </code>
        )}
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <footer className="dialog-actions">
          <span className="grow" />
          <Button data-autofocus onClick={onClose}>{t`Cancel`}</Button>
          <Button look="danger" busy={busy} onClick={() => void remove()}>
            {isFile ? t`Delete backup` : t`Forget backup`}
          </Button>
        </footer>
      </div>
    </Dialog>
  );
}
