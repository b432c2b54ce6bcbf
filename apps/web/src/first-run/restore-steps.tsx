import '../vault/vault.css';
import { t } from '@lingui/core/macro';
import type { AppState, BackupContents, RestoreOutcome } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { backupsApi } from '../backup/backups-api.ts';
import { ChooseBackup } from '../backup/choose-backup.tsx';
import { ContentsList } from '../backup/contents-list.tsx';
import { follow } from '../backup/follow.ts';
import { ProgressBar } from '../backup/progress-bar.tsx';
import { ReportNotices } from '../backup/report-notices.tsx';
import { useOperation } from '../backup/use-operation.ts';
import { problemOf } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Gate } from '../controls/gate.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { applyState } from '../session/session.ts';
import { isUsable, NewPassphrase, type PassphraseEntry } from '../vault/new-passphrase.tsx';
import { RecoveryCode } from '../vault/recovery-code.tsx';
import type { RestoreStep, Step } from './first-run-step.ts';
import { StorageChoice, type Storage } from './storage-step.tsx';

/** Creates the vault from a backup: choose it, see what it has, save the new recovery code. */
export function RestoreSteps(props: {
  readonly state: AppState;
  readonly step: RestoreStep;
  readonly onStep: (step: Step | undefined) => void;
  readonly onDone: () => void;
}): ReactElement {
  const { state, step, onStep, onDone } = props;
  const { contents, outcome } = step;
  if (outcome !== undefined) return <RestoredStep outcome={outcome} onDone={onDone} />;
  if (contents !== undefined) {
    return (
      <RunStep
        {...{ state, contents }}
        onDone={(restored) => {
          onStep({ at: 'restore', outcome: restored });
          applyState(restored.state);
        }}
        onExists={onDone}
        onBack={() => {
          onStep({ at: 'restore' });
        }}
      />
    );
  }
  return (
    <Gate
      title={t`Restore a backup`}
      step={{ now: 1, of: 3 }}
      lead={<p>{t`You see what is in it before anything is restored.`}</p>}
    >
      <div className="gate-form">
        <ChooseBackup
          cancelLabel={t`Back`}
          onCancel={() => {
            void backupsApi.endRestore();
            onStep(undefined);
          }}
          onOpened={(opened) => {
            onStep({ at: 'restore', contents: opened });
          }}
        />
      </div>
    </Gate>
  );
}

interface RunProps {
  readonly state: AppState;
  readonly contents: BackupContents;
  readonly onDone: (outcome: RestoreOutcome) => void;
  readonly onExists: () => void;
  readonly onBack: () => void;
}

function RunStep(props: RunProps): ReactElement {
  const { keyring } = props.state;
  const [storage, setStorage] = useState<Storage>(keyring.available ? 'keyring' : 'file');
  const [entry, setEntry] = useState<PassphraseEntry>({ first: '', second: '' });
  const [tried, setTried] = useState(false);
  const operation = useOperation({ goesOn: true });
  const isRunning = operation.progress !== undefined;
  const restore = async (): Promise<void> => {
    setTried(true);
    if (isRunning || (storage === 'file' && !isUsable(entry))) return;
    const input = storage === 'keyring' ? { storage } : { storage, newPassphrase: entry.first };
    const outcome = await operation.run((options) =>
      follow<RestoreOutcome>('/api/restores/run', input, options),
    );
    if (outcome !== undefined) props.onDone(outcome);
  };
  return (
    <Gate title={t`Restore this backup?`} step={{ now: 2, of: 3 }}>
      <form
        className="gate-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void restore();
        }}
      >
        <ContentsList contents={props.contents} />
        <h2 className="restore-heading">{t`Choose how to unlock Postern`}</h2>
        <p className="quiet">{t`The passphrase and the recovery code of before aren’t in a backup.`}</p>
        <StorageChoice keyring={keyring} storage={storage} onChoose={setStorage} />
        {storage === 'file' && (
          <NewPassphrase entry={entry} onEntry={setEntry} showErrors={tried} />
        )}
        <RunProblem operation={operation} onExists={props.onExists} />
        <ProgressBar operation={operation} />
        <Button type="submit" look="primary" className="wide" busy={isRunning}>
          {t`Restore`}
        </Button>
        <Button look="quiet" className="wide" disabled={isRunning} onClick={props.onBack}>
          {t`Back`}
        </Button>
      </form>
    </Gate>
  );
}

function RunProblem(props: {
  readonly operation: ReturnType<typeof useOperation>;
  readonly onExists: () => void;
}): ReactElement | null {
  const { problem } = props.operation;
  if (problem === undefined) return null;
  const isThere = problem.code === 'VAULT_EXISTS';
  return (
    <ProblemNotice
      problem={problem}
      actions={isThere ? <Button onClick={props.onExists}>{t`Unlock`}</Button> : undefined}
    />
  );
}

function RestoredStep(props: {
  readonly outcome: RestoreOutcome;
  readonly onDone: () => void;
}): ReactElement {
  const { report, recoveryCode = '', problem } = props.outcome;
  return (
    <Gate
      title={t`Save your recovery code`}
      step={{ now: 3, of: 3 }}
      lead={
        <p>
          {t`The backup is restored. The recovery code of before no longer works; this is the new one. It is shown only once.`}
        </p>
      }
    >
      {problem !== undefined && <ProblemNotice problem={problemOf(problem)} />}
      {report !== null && <ReportNotices report={report} />}
      <RecoveryCode code={recoveryCode} onDone={props.onDone} />
    </Gate>
  );
}
