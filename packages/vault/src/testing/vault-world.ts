import { expectOk, Secret } from '@postern/kernel';
import { secretName } from '@postern/protocol';
import { singleValue, type SecretRecord } from '../secret-store.ts';
import type { VaultStorage } from '../vault-failure.ts';
import { openVault } from '../vault/open-vault.ts';
import type { Vault } from '../vault/vault.ts';
import { memoryKeyring, type MemoryKeyring } from './memory-keyring.ts';
import { systemClock, systemRandomness, temporaryDirectory } from './test-world.ts';

export const PASSPHRASE = Secret.of('correct horse battery staple');
export const OPENAI: SecretRecord = singleValue(
  secretName.from('openai'),
  Secret.of('sk-test-0123456789'),
  7,
);

/** A directory and a keyring, and vaults opened on them as separate processes would. */
export interface VaultWorld {
  readonly dataDir: string;
  readonly keyring: MemoryKeyring;
  readonly open: (machineId?: string) => Promise<Vault>;
}

export async function vaultWorld(): Promise<VaultWorld> {
  const dataDir = await temporaryDirectory();
  const keyring = memoryKeyring();
  const base = { dataDir, keyring, clock: systemClock, randomness: systemRandomness };
  return {
    dataDir,
    keyring,
    open: async (machineId = 'machine-1') => expectOk(await openVault({ ...base, machineId })),
  };
}

/** A world with an unlocked vault in it that holds `OPENAI`. */
export async function madeVault(
  storage: VaultStorage,
): Promise<VaultWorld & { readonly vault: Vault; readonly recoveryCode: Secret }> {
  const world = await vaultWorld();
  const vault = await world.open();
  const { recoveryCode } = expectOk(await vault.create({ storage, passphrase: PASSPHRASE }));
  expectOk(await vault.secrets.put(OPENAI));
  return { ...world, vault, recoveryCode };
}
