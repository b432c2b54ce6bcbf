import type { BackupContents, RestoreOutcome, SetupAnswer } from '@postern/protocol';
import { createStore } from '../state/store.ts';

/** A restore begins without both, then has the contents of the backup, then the outcome. */
export interface RestoreStep {
  readonly at: 'restore';
  readonly contents?: BackupContents;
  readonly outcome?: RestoreOutcome;
}

export type Step =
  | { readonly at: 'storage' }
  | RestoreStep
  | { readonly at: 'recovery'; readonly answer: SetupAnswer }
  | { readonly at: 'key' };

/**
 * The step that was reached. Not in the component, because everything renders anew when the language
 * changes, and the recovery code is shown only once.
 */
export const reachedStep = createStore<Step | undefined>(undefined);
