import './backup.css';
import { t } from '@lingui/core/macro';
import type { BackupContents, RestoreOutcome, RestoreReport } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { problemOf } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { focusNow } from '../controls/focus-now.ts';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { backupsApi } from './backups-api.ts';
import { ChooseBackup } from './choose-backup.tsx';
import { ContentsList } from './contents-list.tsx';
import { ProgressBar } from './progress-bar.tsx';
import { ReportNotices } from './report-notices.tsx';
import { goOnAfter, restoreOver } from './restore-over.ts';
import { useOperation, type Operation } from './use-operation.ts';

/** Opens a backup, shows what it has, and replaces what is here with it. */
export function RestoreDialog(props: {
  readonly hasPassphrase: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const { hasPassphrase, onClose } = props;
  const [contents, setContents] = useState<BackupContents>();
  const [outcome, setOutcome] = useState<RestoreOutcome>();
  const operation = useOperation();
  const isRunning = operation.progress !== undefined;
  const close = (): void => {
    if (isRunning) return;
    if (outcome === undefined) {
      void backupsApi.endRestore();
      onClose();
    } else {
      onClose();
      goOnAfter(outcome);
    }
  };
  return (
    <Dialog title={t`Restore a backup`} onClose={close}>
      {outcome !== undefined ? (
        <Restored outcome={outcome} onClose={close} />
      ) : contents !== undefined ? (
        <Confirm
          {...{ contents, hasPassphrase, operation }}
          onCancel={close}
          onRestore={async (passphrase) => {
            const input = hasPassphrase ? { passphrase } : {};
            setOutcome(await operation.run((options) => restoreOver(input, options)));
          }}
        />
      ) : (
        <ChooseBackup onOpened={setContents} onCancel={close} cancelLabel={t`Cancel`} />
      )}
    </Dialog>
  );
}

function Confirm(props: {
  readonly contents: BackupContents;
  readonly hasPassphrase: boolean;
  readonly operation: Operation;
  readonly onRestore: (passphrase: string) => Promise<void>;
  readonly onCancel: () => void;
}): ReactElement {
  const { contents, hasPassphrase, operation, onRestore, onCancel } = props;
  const [passphrase, setPassphrase] = useState('');
  const isReady = !hasPassphrase || passphrase !== '';
  const isRunning = operation.progress !== undefined;
  return (
    <form
      className="renew-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady && !isRunning) void onRestore(passphrase);
      }}
    >
      <ContentsList contents={contents} />
      <Notice tone="warning" title={t`This replaces what is here.`}>
        {contents.chats === null
          ? t`The keys are replaced. Chats stay as they are, because the backup has none.`
          : t`Chats, keys and settings are replaced. They are saved to another backup first, which opens with the passphrase of this one.`}{' '}
        {t`Postern is locked for a moment: running answers stop, private chats close, and other browsers are signed out.`}
      </Notice>
      {hasPassphrase && !isRunning && (
        <TextField
          label={t`Passphrase of Postern`}
          secret
          value={passphrase}
          onText={setPassphrase}
          autoComplete="current-password"
          ref={focusNow}
        />
      )}
      {operation.problem !== undefined && <ProblemNotice problem={operation.problem} />}
      <ProgressBar operation={operation} canCancel={false} />
      <footer className="dialog-actions">
        <span className="grow" />
        <Button disabled={isRunning} onClick={onCancel}>
          {t`Cancel`}
        </Button>
        <Button type="submit" look="danger" disabled={!isReady} busy={isRunning}>
          {t`Replace everything`}
        </Button>
      </footer>
    </form>
  );
}

function Restored(props: {
  readonly outcome: RestoreOutcome;
  readonly onClose: () => void;
}): ReactElement {
  const { report, problem } = props.outcome;
  return (
    <div className="renew-form">
      {problem !== undefined && <ProblemNotice problem={problemOf(problem)} />}
      {report !== null && <Success report={report} />}
      <footer className="dialog-actions">
        <span className="grow" />
        <Button ref={focusNow} look="primary" onClick={props.onClose}>
          {t`Done`}
        </Button>
      </footer>
    </div>
  );
}

function Success({ report }: { readonly report: RestoreReport }): ReactElement {
  return (
    <>
      <p role="status">{t`The backup is restored.`}</p>
      <ContentsList contents={report} />
      <ReportNotices report={report} />
    </>
  );
}
