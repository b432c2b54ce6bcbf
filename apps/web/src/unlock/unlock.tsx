import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type { AppState, UnlockAnswer, UnlockInput } from '@postern/protocol';
import { KeyRound, LockKeyhole } from 'lucide-react';
import { useState, type ReactElement } from 'react';
import { appApi } from '../api/app-api.ts';
import { savePageSecret } from '../api/page-secret.ts';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { TextField } from '../controls/text-field.tsx';
import { showToast } from '../controls/toasts.tsx';
import { navigate } from '../navigation/route.ts';
import { Gate } from '../controls/gate.tsx';
import { SentText } from '../controls/sent-text.tsx';
import { RememberChoice } from '../session/remember-choice.tsx';
import { applyState, rememberIfChosen } from '../session/session.ts';
import { i18n } from '../languages/i18n.ts';

type UnlockMethod = 'keyring' | 'passphrase' | 'recovery';

const SWITCH_LABELS: Readonly<Record<UnlockMethod, MessageDescriptor>> = {
  keyring: msg`Use keyring`,
  passphrase: msg`Use passphrase`,
  recovery: msg`Use recovery code`,
};

/** Unlocks the vault with the keyring, the passphrase or the recovery code. */
export function Unlock({ state }: { readonly state: AppState }): ReactElement {
  const methods: readonly UnlockMethod[] =
    state.storage === 'keyring'
      ? ['keyring', 'passphrase', 'recovery']
      : ['passphrase', 'recovery'];
  const [method, setMethod] = useState<UnlockMethod>(methods[0] ?? 'passphrase');
  const [text, setText] = useState('');
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<RequestProblem>();
  const ready = method === 'keyring' || text !== '';

  const unlock = async (): Promise<void> => {
    setBusy(true);
    setProblem(undefined);
    const unlocked = await appApi.unlock(inputOf(method, text));
    setBusy(false);
    if (unlocked.ok) applyUnlocked(unlocked.value, method);
    else setProblem(unlocked.failure);
  };
  return (
    <Gate title={t`Postern is locked`} lead={<p>{leadOf(state)}</p>}>
      {usesKeyring(state) && !state.keyring.available && (
        <Notice tone="warning" title={t`The system keyring isn’t available.`}>
          <SentText {...state.keyring} />
        </Notice>
      )}
      <form
        className="gate-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (ready && !busy) void unlock();
        }}
      >
        <SecretField method={method} text={text} onText={setText} />
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <RememberChoice />
        <UnlockButton method={method} busy={busy} ready={ready} />
        {methods
          .filter((other) => other !== method)
          .map((other) => (
            <Button
              key={other}
              look="quiet"
              className="wide"
              onClick={() => {
                setMethod(other);
                setText('');
                setProblem(undefined);
              }}
            >
              {i18n._(SWITCH_LABELS[other])}
            </Button>
          ))}
      </form>
    </Gate>
  );
}

function applyUnlocked({ secret, state }: UnlockAnswer, method: UnlockMethod): void {
  if (secret !== undefined) savePageSecret(secret);
  applyState(state);
  if (method === 'recovery' && state.requiresBoth && !state.keyring.available) {
    showToast(t`Is the system keyring lost? You can stop requiring it.`, {
      action: {
        label: t`Open settings`,
        run: () => {
          navigate({ at: 'settings', section: 'privacy' });
        },
      },
    });
  } else if (method === 'recovery') {
    showToast(t`Did you lose your passphrase? The recovery code lets you set a new one.`, {
      action: {
        label: t`Set passphrase`,
        run: () => {
          navigate({ at: 'settings', section: 'storage' });
        },
      },
    });
  }
  void rememberIfChosen();
}

function UnlockButton(props: {
  readonly method: UnlockMethod;
  readonly busy: boolean;
  readonly ready: boolean;
}): ReactElement {
  const { method, busy, ready } = props;
  const Icon = method === 'keyring' ? KeyRound : LockKeyhole;
  return (
    <Button
      key={method}
      type="submit"
      look="primary"
      className="wide"
      busy={busy}
      disabled={!ready}
    >
      {!busy && <Icon aria-hidden="true" size={16} />}
      {method === 'keyring' ? t`Use keyring` : t`Unlock`}
    </Button>
  );
}

function SecretField(props: {
  readonly method: UnlockMethod;
  readonly text: string;
  readonly onText: (text: string) => void;
}): ReactElement | null {
  const { method, text, onText } = props;
  if (method === 'keyring') return null;
  const isPassphrase = method === 'passphrase';
  return (
    <TextField
      key={method}
      label={isPassphrase ? t`Passphrase` : t`Recovery code`}
      value={text}
      onText={onText}
      secret={isPassphrase}
      // eslint-disable-next-line jsx-a11y/no-autofocus -- the screen asks for exactly this
      autoFocus
      autoComplete={isPassphrase ? 'current-password' : 'off'}
    />
  );
}

function inputOf(method: UnlockMethod, text: string): UnlockInput {
  switch (method) {
    case 'keyring':
      return { keyring: true };
    case 'passphrase':
      return { passphrase: text };
    case 'recovery':
      return { recoveryCode: text.trim() };
  }
}

function usesKeyring({ storage, requiresBoth }: AppState): boolean {
  return storage === 'keyring' || requiresBoth;
}

function leadOf(state: AppState): string {
  if (state.requiresBoth) {
    return t`Enter your passphrase. The system keyring is needed too; only your recovery code works without it.`;
  }
  return state.storage === 'keyring'
    ? t`Unlock it with the system keyring, your recovery code, or your passphrase if you set one.`
    : t`Your keys and chats are encrypted on this machine. Enter your passphrase or recovery code to unlock them.`;
}
