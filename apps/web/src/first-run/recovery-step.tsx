import { t } from '@lingui/core/macro';
import { Trans } from '@lingui/react/macro';
import type { ReactElement } from 'react';
import { Gate } from '../controls/gate.tsx';
import { RecoveryCode } from '../vault/recovery-code.tsx';

/** Shows the recovery code, once. */
export function RecoveryStep(props: {
  readonly code: string;
  readonly onDone: () => void;
}): ReactElement {
  return (
    <Gate
      title={t`Save your recovery code`}
      step={{ now: 2, of: 3 }}
      lead={
        <p>
          <Trans>
            If you lose your keyring or passphrase, this code unlocks Postern. Postern shows it{' '}
            <em>only once</em>. Save it in a password manager or print it.
          </Trans>
        </p>
      }
    >
      <RecoveryCode code={props.code} onDone={props.onDone} />
    </Gate>
  );
}
