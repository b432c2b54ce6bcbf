import { t } from '@lingui/core/macro';
import type { AppState, StorageView } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import type { RequestProblem } from '../api/problem.ts';
import { request } from '../api/request.ts';
import { ProblemNotice } from '../controls/notice.tsx';
import { hasPassphrase } from '../vault/has-passphrase.ts';
import { RequireBothDialog } from '../vault/require-both-dialog.tsx';
import { PrivacySwitch } from './privacy-switch.tsx';

/** Whether the keyring and the passphrase unlock Postern only together. A dialog turns it on and off. */
export function RequireBothRow({ state }: { readonly state: AppState }): ReactElement {
  const { requiresBoth, keyring } = state;
  const [slots, setSlots] = useState<StorageView['slots']>();
  const [problem, setProblem] = useState<RequestProblem>();
  const canChange = requiresBoth || keyring.available;
  const ask = async (): Promise<void> => {
    setProblem(undefined);
    const storage = await request<StorageView>('GET', '/api/storage');
    if (storage.ok) setSlots(storage.value.slots);
    else setProblem(storage.failure);
  };
  return (
    <>
      <PrivacySwitch
        id="require-both"
        label={t`Require passphrase and keyring`}
        text={
          canChange
            ? t`Neither of them unlocks Postern alone. Postern asks for the passphrase after each start and lock, and needs the system keyring for it. Only your recovery code unlocks Postern without both.`
            : t`Neither of them would unlock Postern alone. This needs a system keyring, which isn’t available.`
        }
        checked={requiresBoth}
        disabled={!canChange}
        onChange={() => void ask()}
      />
      {problem !== undefined && <ProblemNotice problem={problem} />}
      {slots !== undefined && (
        <RequireBothDialog
          isOn={requiresBoth}
          hasPassphrase={hasPassphrase(slots)}
          isKeyringAvailable={keyring.available}
          onClose={() => {
            setSlots(undefined);
          }}
        />
      )}
    </>
  );
}
