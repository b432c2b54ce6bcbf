import type { AppState, UnlockAnswer, UnlockInput } from '@postern/protocol';
import { KeyRound, LockKeyhole } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import { keepPageSecret } from '../api/page-secret.ts';
import type { Problem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { Gate } from '../shell/gate.tsx';
import { takeState } from '../shell/session.ts';

type Way = 'keyring' | 'passphrase' | 'recovery';

const OTHER_WAYS: Readonly<Record<Way, string>> = {
  keyring: 'Use the keyring instead',
  passphrase: 'Use a passphrase instead',
  recovery: 'Use the recovery code instead',
};

/** Asks for a way in: the keyring again where that keeps the key, else words that open it. */
export function Unlock({ state }: { readonly state: AppState }): ReactElement {
  const ways: readonly Way[] =
    state.storage === 'keyring'
      ? ['keyring', 'passphrase', 'recovery']
      : ['passphrase', 'recovery'];
  const [way, setWay] = useState<Way>(ways[0] ?? 'passphrase');
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem>();
  const ready = way === 'keyring' || text !== '';

  const unlock = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    const unlocked = await appApi.unlock(inputOf(way, text));
    setBusy(false);
    if (unlocked.ok) takeUnlocked(unlocked.value);
    else setProblem(unlocked.failure);
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
          if (ready && !busy) void unlock();
        }}
      >
        <WayIn way={way} text={text} onText={setText} />
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <UnlockButton way={way} busy={busy} ready={ready} />
        {ways
          .filter((other) => other !== way)
          .map((other) => (
            <Button
              key={other}
              look="quiet"
              className="wide"
              onClick={() => {
                setWay(other);
                setText('');
                setProblem(undefined);
              }}
            >
              {OTHER_WAYS[other]}
            </Button>
          ))}
      </form>
    </Gate>
  );
}

function takeUnlocked({ secret, state }: UnlockAnswer): void {
  if (secret !== undefined) keepPageSecret(secret);
  takeState(state);
}

function UnlockButton(props: {
  readonly way: Way;
  readonly busy: boolean;
  readonly ready: boolean;
}): ReactElement {
  const { way, busy, ready } = props;
  const Icon = way === 'keyring' ? KeyRound : LockKeyhole;
  return (
    <Button
      key={way}
      type="submit"
      look="primary"
      className="wide"
      busy={busy}
      disabled={!ready}
      // eslint-disable-next-line jsx-a11y/no-autofocus -- with the keyring there is nothing else to do here
      autoFocus={way === 'keyring'}
    >
      {!busy && <Icon aria-hidden="true" size={16} />}
      {way === 'keyring' ? 'Unlock with the keyring' : 'Unlock'}
    </Button>
  );
}

function WayIn(props: {
  readonly way: Way;
  readonly text: string;
  readonly onText: (text: string) => void;
}): ReactElement | null {
  const { way, text, onText } = props;
  if (way === 'keyring') return null;
  const byPassphrase = way === 'passphrase';
  return (
    <TextField
      key={way}
      label={byPassphrase ? 'Passphrase' : 'Recovery code'}
      value={text}
      onText={onText}
      secret={byPassphrase}
      // eslint-disable-next-line jsx-a11y/no-autofocus -- the screen asks for exactly this
      autoFocus
      autoComplete={byPassphrase ? 'current-password' : 'off'}
    />
  );
}

function inputOf(way: Way, text: string): UnlockInput {
  switch (way) {
    case 'keyring':
      return { keyring: true };
    case 'passphrase':
      return { passphrase: text };
    case 'recovery':
      return { recoveryCode: text.trim() };
  }
}

function leadOf(state: AppState): string {
  return state.storage === 'keyring'
    ? 'Its key is in the keyring of this system. Your recovery code opens it too, and your passphrase if you set one.'
    : 'Your keys and chats are encrypted on this machine. Your passphrase opens them.';
}
