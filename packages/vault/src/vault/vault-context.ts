import type { Clock, Randomness, Secret } from '@postern/kernel';
import type { Disk } from '../disk/disk.ts';
import type { VaultLock } from '../disk/vault-lock.ts';
import type { KeyringPort } from '../keyring/keyring-port.ts';

/** The world as every operation on a vault sees it. */
export interface VaultContext {
  readonly directory: string;
  readonly disk: Disk;
  readonly lock: VaultLock;
  readonly clock: Clock;
  readonly randomness: Randomness;
  readonly keyring: KeyringPort;
  readonly machineId: Secret;
}
