// The program that suites start instead of the shipped one: the same function with different
// arguments. The shipped program has no switch for any of them.
import cluster from 'node:cluster';
import { AUTO_LOCK_CHECK_MS } from '@postern/vault';
import { WEAK_KDF_COSTS } from '@postern/vault/testing/kdf-costs';
import { runPostern } from '../../../apps/cli/src/run-postern.ts';
import { commandedClock } from './commanded-clock.ts';

const systemClock = { nowMs: () => Date.now(), monotonicMs: () => performance.now() };
// A worker's channel leads to the process that started it, not to a test.
const isCommanded = process.channel !== undefined && !cluster.isWorker;

void runPostern({
  clock: isCommanded ? commandedClock(systemClock.nowMs()) : systemClock,
  kdfCosts: WEAK_KDF_COSTS,
  lookEveryMs: isCommanded ? 20 : AUTO_LOCK_CHECK_MS,
});
