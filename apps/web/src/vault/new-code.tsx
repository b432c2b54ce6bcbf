import './vault.css';
import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import { useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { Dialog } from '../controls/dialog.tsx';
import { Notice, ProblemNotice } from '../controls/notice.tsx';
import { RecoveryCode } from './recovery-code.tsx';

/** Shows the new recovery code once, and closes only when the user has confirmed that it is saved. */
export function NewCode(props: {
  readonly code: string;
  readonly problem: RequestProblem | undefined;
  readonly onClose: () => void;
}): ReactElement {
  const { code, problem, onClose } = props;
  const [warned, setWarned] = useState(false);
  return (
    <Dialog
      title={t`Save your new recovery code`}
      onClose={() => {
        setWarned(true);
      }}
    >
      <div className="recovery">
        <p className="dialog-lead">
          <Trans>
            If you lose your keyring or passphrase, this code unlocks Postern. It is shown{' '}
            <em>only once</em>. The old code no longer works.
          </Trans>
        </p>
        {problem !== undefined && <ProblemNotice problem={problem} />}
        {warned && (
          <Notice tone="warning" title={t`Save the code before you continue.`} announced>
            {t`Confirm below that you’ve saved it.`}
          </Notice>
        )}
        <RecoveryCode code={code} onDone={onClose} />
      </div>
    </Dialog>
  );
}
