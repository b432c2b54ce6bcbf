import '../providers/providers.css';
import './first-run.css';
import type { AppState, SetupAnswer } from '@postern/protocol';
import { useState, type ReactElement } from 'react';
import { applyState, finishFirstRun, refresh } from '../session/session.ts';
import { KeyStep } from './key-step.tsx';
import { RecoveryStep } from './recovery-step.tsx';
import { StorageStep } from './storage-step.tsx';

type Step =
  | { readonly at: 'storage' }
  | { readonly at: 'recovery'; readonly answer: SetupAnswer }
  | { readonly at: 'key' };

/** Set-up: storage, recovery code, then a first API key or the demo. */
export function FirstRun({ state }: { readonly state: AppState }): ReactElement {
  const [step, setStep] = useState<Step>(
    state.phase === 'setup' ? { at: 'storage' } : { at: 'key' },
  );
  switch (step.at) {
    case 'storage':
      return (
        <StorageStep
          state={state}
          onDone={(answer) => {
            applyState(answer.state);
            setStep({ at: 'recovery', answer });
          }}
          onExists={() => {
            void refresh().then(finishFirstRun);
          }}
        />
      );
    case 'recovery':
      return (
        <RecoveryStep
          code={step.answer.recoveryCode}
          onDone={() => {
            setStep({ at: 'key' });
          }}
        />
      );
    case 'key':
      return <KeyStep onDone={finishFirstRun} />;
  }
}
