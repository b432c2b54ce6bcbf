import './backup.css';
import { t } from '@lingui/core/macro';
import type { BackupContents } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { ok } from '@postern/kernel';
import type { ApiResult } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { DropFiles } from '../controls/drop-files.tsx';
import { focusNow } from '../controls/focus-now.ts';
import { ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { sizeText } from '../languages/size-text.ts';
import { backupsApi, sendBackup } from './backups-api.ts';
import { ProgressBar } from './progress-bar.tsx';
import { useOperation } from './use-operation.ts';

interface Chosen {
  readonly file: File | undefined;
  readonly path: string;
  readonly isPath: boolean;
  readonly passphrase: string;
}

/** Chooses a backup and opens it with its passphrase. Nothing is changed. */
export function ChooseBackup(props: {
  readonly onOpened: (contents: BackupContents) => void;
  readonly onCancel: () => void;
  readonly cancelLabel: string;
}): ReactElement {
  const { onOpened, onCancel, cancelLabel } = props;
  const [chosen, setChosen] = useState<Chosen>(NOTHING);
  const operation = useOperation();
  const isReady = isChosen(chosen) && chosen.passphrase !== '';
  const open = async (): Promise<void> => {
    const contents = await operation.run((options) => openChosen(chosen, options));
    if (contents !== undefined) onOpened(contents);
  };
  return (
    <form
      className="renew-form"
      noValidate
      onSubmit={(event) => {
        event.preventDefault();
        if (isReady) void open();
      }}
    >
      <Source chosen={chosen} onChosen={setChosen} />
      <TextField
        label={t`Passphrase of the backup`}
        secret
        value={chosen.passphrase}
        autoComplete="off"
        onText={(passphrase) => {
          setChosen({ ...chosen, passphrase });
        }}
      />
      {operation.problem !== undefined && <ProblemNotice problem={operation.problem} />}
      <ProgressBar operation={operation} />
      <footer className="dialog-actions">
        <span className="grow" />
        <Button disabled={operation.progress !== undefined} onClick={onCancel}>
          {cancelLabel}
        </Button>
        <Button
          type="submit"
          look="primary"
          disabled={!isReady}
          busy={operation.progress !== undefined}
        >
          {t`Open backup`}
        </Button>
      </footer>
    </form>
  );
}

function isChosen({ isPath, path, file }: Chosen): boolean {
  return isPath ? path.trim() !== '' : file !== undefined;
}

async function openChosen(
  { file, isPath, path, passphrase: backupPassphrase }: Chosen,
  options: Parameters<typeof sendBackup>[1],
): Promise<ApiResult<BackupContents>> {
  const begun = await backupsApi.beginRestore();
  if (!begun.ok) return begun;
  if (isPath) return await backupsApi.openRestore({ path: path.trim(), backupPassphrase });
  const sent = file === undefined ? ok() : await sendBackup(file, options);
  return sent.ok ? await backupsApi.openRestore({ backupPassphrase }) : sent;
}

/** A file that the browser sends, or the path of one on the machine of Postern. */
function Source(props: {
  readonly chosen: Chosen;
  readonly onChosen: (chosen: Chosen) => void;
}): ReactElement {
  const { chosen, onChosen } = props;
  return (
    <>
      {chosen.isPath ? (
        <TextField
          label={t`Path of the backup`}
          value={chosen.path}
          dir="ltr"
          hint={t`The whole path, such as /home/me/postern.postern-backup.`}
          ref={focusNow}
          onText={(path) => {
            onChosen({ ...chosen, path });
          }}
        />
      ) : (
        <ChooseFile
          file={chosen.file}
          onFile={(file) => {
            onChosen({ ...chosen, file });
          }}
        />
      )}
      <Button
        look="quiet"
        onClick={() => {
          onChosen({ ...chosen, isPath: !chosen.isPath });
        }}
      >
        {chosen.isPath ? t`Choose file` : t`Enter path`}
      </Button>
    </>
  );
}

const NOTHING: Chosen = { file: undefined, path: '', isPath: false, passphrase: '' };

function ChooseFile(props: {
  readonly file: File | undefined;
  readonly onFile: (file: File) => void;
}): ReactElement {
  const { file, onFile } = props;
  return (
    <DropFiles
      className="backup-file"
      button={t`Choose file`}
      label={t`Backup to restore`}
      buttonRef={focusNow}
      onFiles={([first]) => {
        if (first !== undefined) onFile(first);
      }}
    >
      <p role="status">
        {file === undefined ? (
          t`or drop a backup here.`
        ) : (
          <>
            <bdi>{file.name}</bdi> {sizeText(file.size)}
          </>
        )}
      </p>
    </DropFiles>
  );
}
