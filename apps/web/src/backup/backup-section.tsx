import './backup.css';
import { t } from '@lingui/core/macro';
import { Archive, RotateCcw } from 'lucide-react';
import type { BackupView } from '@postern/protocol';
import { useCallback, useEffect, useRef, useState, type ReactElement, type ReactNode } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { formatDate } from '../languages/formats.ts';
import { sizeText } from '../languages/size-text.ts';
import { useOpener } from '../state/openers.ts';
import { backupsApi } from './backups-api.ts';
import { CreateBackupDialog } from './create-dialog.tsx';
import { DeleteDialog, VerifyDialog } from './known-dialogs.tsx';
import { RestoreDialog } from './restore-dialog.tsx';

type Opened =
  | { readonly at: 'create' | 'restore' }
  | { readonly at: 'verify'; readonly path: string }
  | { readonly at: 'delete'; readonly backup: BackupView };

/** Makes, lists, checks, deletes and restores backups. */
export function BackupSection({
  hasPassphrase,
}: {
  readonly hasPassphrase: boolean;
}): ReactElement {
  const [opened, setOpened] = useState<Opened>();
  const { backups, problem, load } = useBackups();
  const heading = useRef<HTMLHeadingElement>(null);
  const openCreate = useCallback(() => {
    setOpened({ at: 'create' });
  }, []);
  useOpener('create-backup', openCreate);
  const close = (): void => {
    const isDeleting = opened?.at === 'delete';
    setOpened(undefined);
    load();
    if (isDeleting) heading.current?.focus();
  };
  return (
    <section className="settings-section" aria-labelledby="backups">
      <h2 id="backups" ref={heading} tabIndex={-1}>
        {t`Backups`}
      </h2>
      <p className="settings-lead">
        {t`A backup is one encrypted file with everything that can’t be made again. It opens only with its own passphrase.`}
      </p>
      <Row title={t`Create a backup`} text={t`To download, or to keep on this machine.`}>
        <Button onClick={openCreate}>
          <Archive aria-hidden="true" size={15} />
          {t`Create…`}
        </Button>
      </Row>
      <Row
        title={t`Restore a backup`}
        text={t`Replaces what is here, after saving it to another backup.`}
      >
        <Button
          onClick={() => {
            setOpened({ at: 'restore' });
          }}
        >
          <RotateCcw aria-hidden="true" size={15} />
          {t`Restore…`}
        </Button>
      </Row>
      {problem !== undefined && (
        <ProblemNotice problem={problem} actions={<Button onClick={load}>{t`Try again`}</Button>} />
      )}
      <h3>{t`Known backups`}</h3>
      {backups !== undefined && <KnownBackups backups={backups} onOpen={setOpened} />}
      {opened !== undefined && (
        <OpenedDialog opened={opened} hasPassphrase={hasPassphrase} onClose={close} />
      )}
    </section>
  );
}

function Row(props: {
  readonly title: string;
  readonly text: string;
  readonly children: ReactNode;
}): ReactElement {
  return (
    <div className="settings-row">
      <div>
        <strong>{props.title}</strong>
        <p>{props.text}</p>
      </div>
      {props.children}
    </div>
  );
}

function OpenedDialog(props: {
  readonly opened: Opened;
  readonly hasPassphrase: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const { opened, ...rest } = props;
  switch (opened.at) {
    case 'create':
      return <CreateBackupDialog {...rest} />;
    case 'restore':
      return <RestoreDialog {...rest} />;
    case 'verify':
      return <VerifyDialog path={opened.path} onClose={rest.onClose} />;
    case 'delete':
      return <DeleteDialog backup={opened.backup} onClose={rest.onClose} />;
  }
}

function KnownBackups(props: {
  readonly backups: readonly BackupView[];
  readonly onOpen: (opened: Opened) => void;
}): ReactElement {
  const { backups, onOpen } = props;
  if (backups.length === 0) {
    return <p className="quiet">{t`No backups yet. If this disk fails, everything is lost.`}</p>;
  }
  return (
    <ul className="backup-list">
      {backups.map((backup) => (
        <KnownBackup
          key={`${String(backup.madeAtMs)} ${backup.path ?? ''}`}
          backup={backup}
          onOpen={onOpen}
        />
      ))}
    </ul>
  );
}

function useBackups(): {
  readonly backups: readonly BackupView[] | undefined;
  readonly problem: RequestProblem | undefined;
  readonly load: () => void;
} {
  const [backups, setBackups] = useState<readonly BackupView[]>();
  const [problem, setProblem] = useState<RequestProblem>();
  const take = useCallback((listed: ApiResult<readonly BackupView[]>): void => {
    setProblem(listed.ok ? undefined : listed.failure);
    if (listed.ok) setBackups(listed.value);
  }, []);
  useEffect(() => {
    void backupsApi.list().then(take);
  }, [take]);
  const load = (): void => {
    void backupsApi.list().then(take);
  };
  return { backups, problem, load };
}

const WHEN = { dateStyle: 'medium', timeStyle: 'short' } as const;

function KnownBackup(props: {
  readonly backup: BackupView;
  readonly onOpen: (opened: Opened) => void;
}): ReactElement {
  const { backup, onOpen } = props;
  const { madeAtMs, path, bytes } = backup;
  const when = formatDate(madeAtMs, WHEN);
  return (
    <li>
      <div>
        <strong>{bytes === null ? when : t`${when}, ${{ size: sizeText(bytes) }}`}</strong>
        <p>{placeText(backup)}</p>
        {path !== null && <code dir="ltr">{path}</code>}
      </div>
      <div className="backup-actions">
        {path !== null && bytes !== null && (
          <Button
            aria-label={t`Verify the backup of ${when}`}
            onClick={() => {
              onOpen({ at: 'verify', path });
            }}
          >
            {t`Verify…`}
          </Button>
        )}
        <Button
          aria-label={
            bytes === null ? t`Forget the backup of ${when}` : t`Delete the backup of ${when}`
          }
          onClick={() => {
            onOpen({ at: 'delete', backup });
          }}
        >
          {bytes === null ? t`Forget…` : t`Delete…`}
        </Button>
      </div>
    </li>
  );
}

function placeText({ path, bytes, isAutomatic }: BackupView): string {
  if (path === null) {
    return t`Downloaded. Postern doesn’t know where it is, so Erase everything can’t erase it.`;
  }
  if (bytes === null)
    return t`It isn’t there any more. If you moved it, Erase everything can’t erase it.`;
  if (isAutomatic) {
    return t`Saved before a backup was restored. It opens with the passphrase of that backup.`;
  }
  return t`Erase everything erases it, too.`;
}
