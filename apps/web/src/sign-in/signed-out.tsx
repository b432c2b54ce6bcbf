import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { Button } from '../controls/button.tsx';
import { CopyField } from '../controls/copy-field.tsx';
import { Notice } from '../controls/notice.tsx';
import { Gate } from '../controls/gate.tsx';
import { SaidText } from '../controls/sent-text.tsx';
import { RememberChoice } from '../session/remember-choice.tsx';

const COMMAND = 'postern open';

/** Explains how to get a session. */
export function SignedOut(props: {
  readonly problem: RequestProblem | undefined;
  readonly onRetry: () => void;
}): ReactElement {
  return (
    <Gate
      title={t`Sign in again`}
      lead={
        <p>
          {t`This tab isn’t signed in. Either its session ended, Postern was locked or restarted, or you opened the page without a sign-in link. Your chats are safe.`}
        </p>
      }
    >
      {props.problem !== undefined && (
        <Notice tone="warning" title={<SaidText said={props.problem} />}>
          {t`Each link works once and expires quickly. Get a new one.`}
        </Notice>
      )}
      <div className="gate-card">
        <p>{t`Run this command in a terminal on this machine:`}</p>
        <CopyField text={COMMAND} label={t`Copy command`} />
        <p className="quiet">
          <Trans>
            Then open the link it prints, or paste it into the address bar of this tab. In a source
            checkout, run <code>npx postern open</code>.
          </Trans>
        </p>
      </div>
      <RememberChoice />
      <div className="gate-actions">
        <Button onClick={props.onRetry}>{t`Try again`}</Button>
      </div>
    </Gate>
  );
}
