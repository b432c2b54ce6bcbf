import type { SetupAnswer } from '@postern/protocol';
import { createStore } from '../state/store.ts';

export type Step =
  | { readonly at: 'storage' }
  | { readonly at: 'recovery'; readonly answer: SetupAnswer }
  | { readonly at: 'key' };

/**
 * The step that was reached. Not in the component, because everything renders anew when the language
 * changes, and the recovery code is shown only once.
 */
export const reachedStep = createStore<Step | undefined>(undefined);
