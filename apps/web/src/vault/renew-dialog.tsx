import './vault.css';
import type { MessageDescriptor } from '@lingui/core';
import { msg, t } from '@lingui/core/macro';
import type { RenewalInput } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { problemOf, type RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { Dialog } from '../controls/dialog.tsx';
import { ProblemNotice } from '../controls/notice.tsx';
import { i18n } from '../languages/i18n.ts';
import { NO_FIELDS, proofFrom, RenewSecrets, type RenewFields } from './known-secret.tsx';
import { NewCode } from './new-code.tsx';
import { isUsable } from './new-passphrase.tsx';
import { renewVault } from './renew.ts';
import { useFirstFieldFocus } from './use-first-field-focus.ts';

/** What is replaced. A new passphrase comes with a new recovery code. */
export type Renewed = 'passphrase' | 'recovery-code';

interface RenewDialogProps {
  readonly renewed: Renewed;
  readonly hasPassphrase: boolean;
  readonly onClose: () => void;
}

/** Asks for the passphrase, gives the vault a new data key, and shows the new recovery code once. */
export function RenewDialog(props: RenewDialogProps): ReactElement {
  const [code, setCode] = useState<string>();
  const [problem, setProblem] = useState<RequestProblem>();
  if (code !== undefined) return <NewCode code={code} problem={problem} onClose={props.onClose} />;
  return (
    <RenewForm
      {...props}
      problem={problem}
      onRenew={async (input) => {
        setProblem(undefined);
        const renewed = await renewVault(input);
        if (!renewed.ok) {
          setProblem(renewed.failure);
          return;
        }
        const { recoveryCode, problem: failure } = renewed.value;
        if (failure !== undefined) setProblem(problemOf(failure));
        setCode(recoveryCode);
      }}
    />
  );
}

function inputOf(fields: RenewFields, { renewed, hasPassphrase }: RenewDialogProps): RenewalInput {
  return {
    ...(hasPassphrase ? proofFrom(fields) : {}),
    ...(renewed === 'passphrase' ? { newPassphrase: fields.entry.first } : {}),
  };
}

function RenewForm(
  props: RenewDialogProps & {
    readonly problem: RequestProblem | undefined;
    readonly onRenew: (input: RenewalInput) => Promise<void>;
  },
): ReactElement {
  const { renewed, hasPassphrase, onClose, problem, onRenew } = props;
  const [fields, setFields] = useState(NO_FIELDS);
  const [tried, setTried] = useState(false);
  const [busy, setBusy] = useState(false);
  const form = useFirstFieldFocus(fields.byCode);
  const setsPassphrase = renewed === 'passphrase';
  const isKnown = !hasPassphrase || fields.known !== '';
  const submit = async (): Promise<void> => {
    setTried(true);
    if (!isKnown || (setsPassphrase && !isUsable(fields.entry))) return;
    setBusy(true);
    await onRenew(inputOf(fields, props));
    setBusy(false);
  };
  return (
    <Dialog title={titleOf(renewed, hasPassphrase)} onClose={busy ? () => undefined : onClose}>
      <form
        ref={form}
        className="renew-form"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          if (!busy) void submit();
        }}
      >
        <p className="dialog-lead">{i18n._(LEADS[renewed])}</p>
        <RenewSecrets
          fields={fields}
          onFields={setFields}
          showErrors={tried}
          hasPassphrase={hasPassphrase}
          canUseCode={setsPassphrase}
          asksNew={setsPassphrase}
        />
        {problem !== undefined && <ProblemNotice problem={problem} />}
        <FormEnd renewed={renewed} busy={busy} onClose={onClose} />
      </form>
    </Dialog>
  );
}

const LEADS: Readonly<Record<Renewed, MessageDescriptor>> = {
  passphrase: msg`You also get a new recovery code. The old passphrase and the old recovery code stop working, and every other browser is signed out. Postern is busy for a moment: running answers stop, and what has arrived is kept.`,
  'recovery-code': msg`The old recovery code stops working, and every other browser is signed out. Postern is busy for a moment: running answers stop, and what has arrived is kept.`,
};

function FormEnd(props: {
  readonly renewed: Renewed;
  readonly busy: boolean;
  readonly onClose: () => void;
}): ReactElement {
  return (
    <footer className="dialog-actions">
      <span className="grow" />
      <Button onClick={props.onClose} disabled={props.busy}>
        {t`Cancel`}
      </Button>
      <Button type="submit" look="primary" busy={props.busy}>
        {props.renewed === 'passphrase' ? t`Set passphrase` : t`Create code`}
      </Button>
    </footer>
  );
}

function titleOf(renewed: Renewed, hasPassphrase: boolean): string {
  if (renewed === 'recovery-code') return t`New recovery code`;
  return hasPassphrase ? t`Change passphrase` : t`Set a passphrase`;
}
