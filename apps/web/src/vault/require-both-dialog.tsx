import './vault.css';
import { t } from '@lingui/core/macro';
import type { RenewalInput } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { problemOf, type RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { NO_FIELDS, proofFrom, RenewSecrets } from './known-secret.tsx';
import { NewCode } from './new-code.tsx';
import { isUsable } from './new-passphrase.tsx';
import { renewVault } from './renew.ts';
import { AloneChoice, type Alone } from './alone-choice.tsx';
import { useFirstFieldFocus } from './use-first-field-focus.ts';

interface RequireBothProps {
  /** Whether the vault requires both now, so that the dialog turns it off. */
  readonly isOn: boolean;
  readonly hasPassphrase: boolean;
  readonly isKeyringAvailable: boolean;
  readonly onClose: () => void;
}

/** Requires the keyring and the passphrase together, or no longer; then shows the new recovery code if there is one. */
export function RequireBothDialog(props: RequireBothProps): ReactElement {
  const [code, setCode] = useState<string>();
  const [problem, setProblem] = useState<RequestProblem>();
  // The setting changes while the dialog is open.
  const [wasOn] = useState(props.isOn);
  if (code !== undefined) return <NewCode code={code} problem={problem} onClose={props.onClose} />;
  return (
    <RequireBothForm
      {...props}
      isOn={wasOn}
      problem={problem}
      onChange={async (input) => {
        setProblem(undefined);
        const renewed = await renewVault(input);
        if (!renewed.ok) {
          setProblem(renewed.failure);
          return;
        }
        const { recoveryCode, problem: failure } = renewed.value;
        if (failure !== undefined) setProblem(problemOf(failure));
        if (recoveryCode !== undefined) setCode(recoveryCode);
        else if (failure === undefined) props.onClose();
      }}
    />
  );
}

function RequireBothForm(
  props: RequireBothProps & {
    readonly problem: RequestProblem | undefined;
    readonly onChange: (input: RenewalInput) => Promise<void>;
  },
): ReactElement {
  const { isOn, hasPassphrase, isKeyringAvailable, problem, onClose, onChange } = props;
  const [fields, setFields] = useState(NO_FIELDS);
  const [alone, setAlone] = useState<Alone>(isKeyringAvailable ? 'keyring' : 'passphrase');
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const form = useFirstFieldFocus(fields.byCode);
  const asksNew = isOn ? alone === 'passphrase' && fields.byCode : !hasPassphrase;
  const isKnown = !hasPassphrase || fields.known !== '';
  const submit = async (): Promise<void> => {
    setTried(true);
    if (!isKnown || (asksNew && !isUsable(fields.entry))) return;
    setBusy(true);
    await onChange({
      ...(hasPassphrase ? proofFrom(fields) : {}),
      ...(asksNew ? { newPassphrase: fields.entry.first } : {}),
      unlockWith: isOn ? alone : 'both',
    });
    setBusy(false);
  };
  return (
    <Dialog title={titleOf(isOn)} onClose={busy ? () => undefined : onClose}>
      <form
        ref={form}
        className="renew-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void submit();
        }}
      >
        <Lead isOn={isOn} />
        {isOn && (
          <AloneChoice alone={alone} onAlone={setAlone} isKeyringAvailable={isKeyringAvailable} />
        )}
        <RenewSecrets
          fields={fields}
          onFields={setFields}
          showErrors={tried}
          hasPassphrase={hasPassphrase}
          canUseCode={isOn}
          asksNew={asksNew}
        />
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <footer className="dialog-actions">
          <span className="grow" />
          <Button onClick={onClose} disabled={busy}>{t`Cancel`}</Button>
          <Button type="submit" look="primary" busy={busy}>
            {isOn ? t`Turn off` : t`Turn on`}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function titleOf(isOn: boolean): string {
  return isOn ? t`Stop requiring both?` : t`Require passphrase and keyring`;
}

function Lead({ isOn }: { readonly isOn: boolean }): ReactElement {
  return (
    <>
      <p className="dialog-lead">
        {isOn
          ? t`Choose what will unlock Postern alone. Every other browser is signed out.`
          : t`Then neither of them unlocks Postern alone, and Postern asks for the passphrase after each start and lock. Keys of providers that are in the keyring move to an encrypted file. Programs that use Postern wait for the passphrase, too.`}
      </p>
      <p className="dialog-lead">
        {isOn
          ? t`Postern is busy for a moment: running answers stop, and what has arrived is kept.`
          : t`You also get a new recovery code, which still unlocks Postern alone. The old one stops working, and every other browser is signed out. Postern is busy for a moment: running answers stop, and what has arrived is kept.`}
      </p>
    </>
  );
}
