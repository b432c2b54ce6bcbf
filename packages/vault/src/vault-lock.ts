import { fileLock, type FileLock, type LockFailure } from '@postern/disk';
import type { Clock } from '@postern/kernel';
import type { VaultFailure } from './vault-failure.ts';

/** Allows one writer at a time among all processes that share the data directory. */
export type VaultLock = Pick<FileLock<VaultFailure>, 'hold'>;

const WAIT_MS = 30_000;

/** The lock of a vault. Fails with `vault-busy` if another process holds it for too long. */
export function vaultLock(path: string, clock: Clock): VaultLock {
  return fileLock(path, { clock, waitMs: WAIT_MS, toFailure: toVaultFailure });
}

function toVaultFailure(failure: LockFailure): VaultFailure {
  switch (failure.reason) {
    case 'lock-held':
      return { reason: 'vault-busy' };
    case 'lock-damaged':
      return { reason: 'vault-damaged', file: failure.path, damage: 'malformed' };
    default:
      return failure;
  }
}
