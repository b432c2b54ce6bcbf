import { failed, ok, Secret, type Result } from '@postern/kernel';
import { problemSaying, type Problem, type SetupInput } from '@postern/protocol';
import { checkPassphrase, describeVaultFailure, type Vault } from '@postern/vault';
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

/** The same as chosen in the page. */
export function chosenForNewVault({
  storage,
  passphrase,
}: SetupInput): Result<NewVaultChoice, Problem> {
  if (passphrase === undefined) {
    if (storage !== 'file') return ok({ storage });
    return failed(problemSaying('REQUEST_INVALID', 'Encrypted file storage needs a passphrase.'));
  }
  const given = Secret.of(passphrase);
  const fit = checkPassphrase(given);
  if (!fit.ok) return failed(describeVaultFailure(fit.failure));
  return ok({ storage, passphrase: given });
}
