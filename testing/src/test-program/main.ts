// The program that suites start in the place of the shipped one: the same function with other parts.
// The shipped program has no switch for any of this.
import { WEAK_KDF_COSTS } from '@postern/vault/testing/kdf-costs';
import { runPostern } from '../../../apps/cli/src/run-postern.ts';

const clock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };

void runPostern({ clock, kdfCosts: WEAK_KDF_COSTS });
