import './vault.css';
import { t } from '@lingui/core/macro';
import { ERASE_CONFIRMATION, type EraseReport } from '@postern/protocol';
import { useEffect, useRef, useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { request } from '../api/request.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { deleteBrowserKey } from '../session/remembered-browser.ts';
import { refresh, session, whileRenewing } from '../session/session.ts';
import { erasedPage } from './later-erased.ts';

/** Asks for the words and the passphrase, erases everything, and shows the report. */
export function EraseDialog(props: {
  readonly hasPassphrase: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const { hasPassphrase, onClose } = props;
  const [passphrase, setPassphrase] = useState('');
  const [words, setWords] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    void erasedPage.load();
    // A dialog that opens moves the focus to its first button.
    form.current?.querySelector('input')?.focus();
  }, []);
  const isReady = words.trim() === ERASE_CONFIRMATION && (!hasPassphrase || passphrase !== '');
  const erase = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    setProblem(await eraseEverything(hasPassphrase ? passphrase : undefined));
    setBusy(false);
  };
  return (
    <Dialog title={t`Erase everything?`} onClose={busy ? () => undefined : onClose}>
      <form
        ref={form}
        className="renew-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (isReady && !busy) void erase();
        }}
      >
        <p className="dialog-lead">
          {t`Postern erases all chats, keys, settings, gateway keys, its audit log and the backups that it wrote to this machine, then stops. Nothing can bring them back.`}
        </p>
        {hasPassphrase && (
          <TextField
            label={t`Passphrase`}
            secret
            value={passphrase}
            onText={setPassphrase}
            autoComplete="current-password"
          />
        )}
        <TextField
          label={t`Type “${{ words: ERASE_CONFIRMATION }}”`}
          value={words}
          onText={setWords}
        />
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <FormEnd busy={busy} isReady={isReady} onClose={onClose} />
      </form>
    </Dialog>
  );
}

function FormEnd(props: {
  readonly busy: boolean;
  readonly isReady: boolean;
  readonly onClose: () => void;
}): ReactElement {
  const { busy, isReady, onClose } = props;
  return (
    <footer className="dialog-actions">
      <span className="grow" />
      <Button onClick={onClose} disabled={busy}>
        {t`Cancel`}
      </Button>
      <Button type="submit" look="danger" busy={busy} disabled={!isReady}>
        {t`Erase everything`}
      </Button>
    </footer>
  );
}

/** Returns why nothing was erased. */
async function eraseEverything(
  passphrase: string | undefined,
): Promise<RequestProblem | undefined> {
  await erasedPage.load();
  return await whileRenewing(async () => {
    const erased = await request<EraseReport>('POST', '/api/erase', {
      confirmation: ERASE_CONFIRMATION,
      ...(passphrase === undefined ? {} : { passphrase }),
    });
    if (!erased.ok) {
      if (erased.failure.code !== 'VAULT_WRONG_PASSPHRASE') await refresh();
      return erased.failure;
    }
    await deleteBrowserKey();
    window.localStorage.clear();
    window.sessionStorage.clear();
    session.set({ at: 'erased', report: erased.value });
    return undefined;
  });
}
