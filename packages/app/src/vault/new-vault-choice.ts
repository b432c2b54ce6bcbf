import { ok, type Result } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import type { Vault } from '@postern/vault';
import type { FrontEnd } from './front-end.ts';
import type { HomeVault } from './home-vault.ts';

export type NewVaultChoice = Parameters<Vault['create']>[0];

/** Chooses where a new vault is stored. For the encrypted file it asks for the passphrase. */
export async function chooseForNewVault(
  { storageForNew }: Pick<HomeVault, 'storageForNew'>,
  frontEnd: Pick<FrontEnd, 'askNewPassphrase'>,
): Promise<Result<NewVaultChoice, Problem>> {
  const storage = await storageForNew();
  if (!storage.ok) return storage;
  if (storage.value !== 'file') return ok({ storage: storage.value });
  const passphrase = await frontEnd.askNewPassphrase();
  return passphrase.ok ? ok({ storage: 'file', passphrase: passphrase.value }) : passphrase;
}
