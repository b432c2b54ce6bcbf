import { LockKeyhole } from 'lucide-react';
import type { AppState } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import type { Problem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { Gate } from '../shell/gate.tsx';
import { takeState } from '../shell/session.ts';

/** Asks for the passphrase, or for the recovery code where it is lost. */
export function Unlock({ state }: { readonly state: AppState }): ReactElement {
  const [way, setWay] = useState<'passphrase' | 'recovery'>('passphrase');
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const byPassphrase = way === 'passphrase';

  const unlock = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    const unlocked = await appApi.unlock(
      byPassphrase ? { passphrase: text } : { recoveryCode: text.trim() },
    );
    setBusy(false);
    if (unlocked.ok) takeState(unlocked.value);
    else setProblem(unlocked.failure);
  };
  const change = (): void => {
    setWay(byPassphrase ? 'recovery' : 'passphrase');
    setText('');
    setProblem(undefined);
  };

  return (
    <Gate title="Postern is locked" lead={<p>{leadOf(state)}</p>}>
      {state.storage === 'keyring' && !state.keyring.available && (
        <Notice tone="warning" title="The keyring cannot be used right now.">
          {state.keyring.message}
        </Notice>
      )}
      <form
        className="gate-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (text !== '' && !busy) void unlock();
        }}
      >
        <TextField
          key={way}
          label={byPassphrase ? 'Passphrase' : 'Recovery code'}
          value={text}
          onText={setText}
          secret={byPassphrase}
          // eslint-disable-next-line jsx-a11y/no-autofocus -- the screen asks for exactly this
          autoFocus
          autoComplete={byPassphrase ? 'current-password' : 'off'}
        />
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <Button type="submit" look="primary" className="wide" busy={busy} disabled={text === ''}>
          <LockKeyhole aria-hidden="true" size={16} />
          Unlock
        </Button>
        <Button look="quiet" className="wide" onClick={change}>
          {byPassphrase ? 'Use the recovery code instead' : 'Use the passphrase instead'}
        </Button>
      </form>
    </Gate>
  );
}

function leadOf(state: AppState): string {
  return state.storage === 'keyring'
    ? 'Its key is kept in your keyring, which did not open it. Your passphrase or recovery code does.'
    : 'Your keys and chats are encrypted on this machine. Your passphrase opens them.';
}
