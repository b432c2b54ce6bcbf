import { AUTO_LOCK_CHECK_MS, KDF_COSTS } from '@postern/vault';
import { runPostern } from './run-postern.ts';
import { systemClock } from '@postern/app';

void runPostern({ clock: systemClock, kdfCosts: KDF_COSTS, lookEveryMs: AUTO_LOCK_CHECK_MS });
