import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem, type UnlockRule } from '@postern/protocol';
import { describeVaultFailure, type Vault, type VaultStorage } from '@postern/vault';
import { recordMigrated } from './migrate.ts';
import { changeKey, type ChangeKeyParts } from './rekey.ts';

/** What opens the vault, besides the recovery code. With `keyring`, a passphrase may open it too. */
export function unlockRuleOf(vault: Pick<Vault, 'requiresBoth' | 'storage'>): UnlockRule {
  if (vault.requiresBoth) return 'both';
  return vault.storage === 'keyring' ? 'keyring' : 'passphrase';
}

export interface RuleChange {
  readonly rule: UnlockRule;
  /** The vault's passphrase. Undefined if it has none, or if it was opened with the recovery code. */
  readonly passphrase: Secret | undefined;
  readonly newPassphrase: Secret | undefined;
}

/**
 * Turns `both` on or off in an unlocked vault that nothing else has open. Returns the new recovery code; undefined if the
 * old one stays.
 *
 * Entries in the keyring aren't encrypted with the data key. So `both` first moves the secrets to the file, which the
 * passphrase opens. Then the vault gets a data key that neither the keyring nor the passphrase has ever opened alone.
 */
export async function changeUnlockRule(
  parts: ChangeKeyParts,
  vault: Vault,
  { rule, passphrase, newPassphrase }: RuleChange,
): Promise<Result<Secret | undefined, Problem>> {
  if ((unlockRuleOf(vault) === 'both') === (rule === 'both')) {
    return failed(problem('USAGE', 'The vault already opens that way.'));
  }
  if (rule === 'keyring') return await moveSecrets(parts, vault, 'keyring', undefined);
  const first = passphrase ?? newPassphrase;
  const isMoved = vault.storage === 'keyring';
  const moved = isMoved ? await moveSecrets(parts, vault, 'file', first) : ok();
  if (!moved.ok) return moved;
  const changed = await changeKey(parts, vault, {
    // After the move, the vault has the first passphrase, so that it isn't new any more.
    ...passphrasesOf(isMoved ? first : passphrase, newPassphrase),
    requireBoth: rule === 'both',
  });
  if (changed.ok || !isMoved || vault.requiresBoth) return changed;
  const { message } = changed.failure;
  return failed({ ...changed.failure, message: `${message} ${HALF_DONE}` });
}

function passphrasesOf(
  present: Secret | undefined,
  next: Secret | undefined,
): { readonly passphrase?: Secret; readonly newPassphrase?: Secret } {
  const isChanged = next !== undefined && next !== present;
  return {
    ...(present === undefined ? {} : { passphrase: present }),
    ...(isChanged ? { newPassphrase: next } : {}),
  };
}

const HALF_DONE =
  'The secrets are in the encrypted file now, which the passphrase opens without the keyring. Try again to require both.';

async function moveSecrets(
  parts: ChangeKeyParts,
  vault: Vault,
  to: VaultStorage,
  passphrase: Secret | undefined,
): Promise<Result<undefined, Problem>> {
  const chosen = passphrase === undefined ? {} : { passphrase };
  const moved = await vault.migrate({ to, removeSource: true, ...chosen });
  if (!moved.ok) return failed(describeVaultFailure(moved.failure));
  return await recordMigrated(parts, vault, moved.value.copied.length);
}
