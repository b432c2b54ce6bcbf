import '../providers/providers.css';
import './first-run.css';
import type { AppState } from '@postern/protocol';
import type { ReactElement } from 'react';
import { applyState, finishFirstRun, refresh } from '../session/session.ts';
import { useStore } from '../state/store.ts';
import { reachedStep, type Step } from './first-run-step.ts';
import { KeyStep } from './key-step.tsx';
import { RecoveryStep } from './recovery-step.tsx';
import { RestoreSteps } from './restore-steps.tsx';
import { StorageStep } from './storage-step.tsx';

/** Set-up: storage, recovery code, then a first API key or the demo. */
export function FirstRun({ state }: { readonly state: AppState }): ReactElement {
  const reached = useStore(reachedStep);
  const first: Step = state.phase === 'setup' ? { at: 'storage' } : { at: 'key' };
  const step = reached ?? first;
  switch (step.at) {
    case 'storage':
      return (
        <StorageStep
          state={state}
          onDone={(answer) => {
            reachedStep.set({ at: 'recovery', answer });
            applyState(answer.state);
          }}
          onExists={() => {
            void refresh().then(finishFirstRun);
          }}
          onRestore={() => {
            reachedStep.set({ at: 'restore' });
          }}
        />
      );
    case 'restore':
      return <RestoreSteps state={state} step={step} onStep={reachedStep.set} onDone={end} />;
    case 'recovery':
      return (
        <RecoveryStep
          code={step.answer.recoveryCode}
          onDone={() => {
            reachedStep.set({ at: 'key' });
          }}
        />
      );
    case 'key':
      return (
        <KeyStep
          onDone={() => {
            reachedStep.set(undefined);
            finishFirstRun();
          }}
        />
      );
  }
}

/** The vault is there, and so is what was in it. */
function end(): void {
  void refresh().then(() => {
    reachedStep.set(undefined);
    finishFirstRun();
  });
}
