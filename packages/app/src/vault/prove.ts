import { failed, ok, Secret, type Result } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { describeVaultFailure, type VaultProof } from '@postern/vault';
import type { Postern } from '../postern.ts';
import { hasPassphrase } from './has-passphrase.ts';

/** What the user of the page typed. */
export interface TypedProof {
  readonly passphrase?: string;
  readonly recoveryCode?: string;
}

export function proofOf({ passphrase, recoveryCode }: TypedProof): VaultProof | undefined {
  if (passphrase !== undefined) return { with: 'passphrase', passphrase: Secret.of(passphrase) };
  if (recoveryCode !== undefined) return { with: 'recovery', code: Secret.of(recoveryCode) };
  return undefined;
}

/**
 * Checks that the user of an unlocked vault knows its passphrase or recovery code, if it has a passphrase. Call
 * it in turn with unlocking. Wrong ones are recorded, and many of them are reported, as when unlocking.
 */
export async function proveUser(
  postern: Pick<Postern, 'vault' | 'stores' | 'wrongPassphrases'>,
  proof: VaultProof | undefined,
): Promise<Result<undefined, Problem>> {
  const { vault, wrongPassphrases } = postern;
  const stores = postern.stores();
  if (stores === undefined) return failed(problem('VAULT_LOCKED'));
  if (proof === undefined) {
    return hasPassphrase(vault) ? failed(problem('VAULT_WRONG_PASSPHRASE')) : ok();
  }
  const proven = await vault.prove(proof);
  if (proven.ok) return ok();
  const { reason } = proven.failure;
  if (reason === 'wrong-passphrase' || reason === 'wrong-recovery-code') wrongPassphrases.add();
  if (vault.id !== undefined) {
    const recorded = await wrongPassphrases.record(stores.audit, vault.id);
    if (!recorded.ok) return recorded;
  }
  return failed(describeVaultFailure(proven.failure));
}
