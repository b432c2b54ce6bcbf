import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { describeVaultFailure, type RekeyOptions, type Vault } from '@postern/vault';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { whileAlone } from '../instance/alone.ts';
import { openExisting } from './connect-or-open.ts';
import type { OpenParts } from './front-end.ts';
import { hasPassphrase } from './has-passphrase.ts';
import { localVault } from './open-vault.ts';
import type { RecoveredRekey } from './unlock.ts';
import {
  unlockAndRecord,
  unlockByPassphrase,
  type UnlockedByPassphrase,
} from './unlock-and-record.ts';

export interface RekeyParts extends OpenParts {
  readonly onProgress: NonNullable<RekeyOptions['onProgress']>;
  /**
   * Starts a process that calls `confirmRekey` on this home, and waits until it has ended. It gets
   * the passphrase if the vault needs one.
   */
  readonly confirmInNewProcess: (passphrase: Secret | undefined) => Promise<void>;
}

export interface RenewedKey {
  /** The outcome of a change that was interrupted before this one. */
  readonly recovered: RecoveredRekey | undefined;
  readonly recoveryCode: Secret;
}

/**
 * Gives the secrets, the databases and every key slot a new data key. A new process then opens
 * everything with it before the old key is destroyed.
 */
export async function rekeyVault(parts: RekeyParts): Promise<Result<RenewedKey, Problem>> {
  return await whileAlone(parts.home, async () => {
    const opened = await openExisting(parts);
    return opened.ok ? await renewKey(parts, opened.value.vault) : opened;
  });
}

/**
 * Opens the vault and gives it a new data key and recovery code. An interrupted change is completed
 * first, because it is unknown whether the user saw its code.
 */
export async function renewKey(
  parts: RekeyParts,
  vault: Vault,
): Promise<Result<RenewedKey, Problem>> {
  const unlocked = await unlockForRekey(parts, vault);
  if (!unlocked.ok) return unlocked;
  const { passphrase, recovered } = unlocked.value;
  if (recovered !== undefined) parts.frontEnd.onRecovered(recovered);
  if (recovered?.outcome === 'in-force') {
    const confirmed = await confirmByNewProcess(parts, vault, passphrase);
    if (!confirmed.ok) return confirmed;
  }
  const changed = await changeKey(parts, vault, passphrase && { passphrase });
  return changed.ok ? ok({ recovered, recoveryCode: changed.value }) : changed;
}

/** Completes another process's change; false if there is none. */
export async function confirmRekey(parts: OpenParts): Promise<Result<boolean, Problem>> {
  const opened = await openExisting(parts);
  if (!opened.ok) return opened;
  const recovered = await unlockAndRecord(parts, opened.value.vault, { isSilent: true });
  if (!recovered.ok) return recovered;
  if (recovered.value?.outcome !== 'in-force') return ok(recovered.value?.outcome === 'confirmed');
  const { why } = recovered.value;
  const cause = why === undefined ? undefined : describeVaultFailure(why).message;
  return failed(problem('VAULT_REKEY_UNCONFIRMED', cause));
}

/**
 * Opens the vault, with its passphrase if it has one, because the passphrase slot is created anew.
 */
async function unlockForRekey(
  parts: OpenParts,
  vault: Vault,
): Promise<Result<Partial<UnlockedByPassphrase>, Problem>> {
  if (vault.storage === 'file') return await unlockByPassphrase(parts, vault, { isSilent: true });
  const unlocked = await unlockAndRecord(parts, vault, {
    way: { with: 'keyring' },
    isSilent: true,
  });
  if (!unlocked.ok) return unlocked;
  const recovered = unlocked.value;
  if (!hasPassphrase(vault)) return ok({ recovered });
  const found = await parts.frontEnd.askPresentPassphrase(
    'The vault also has a passphrase, which is needed to change its data key.',
  );
  return found.ok ? ok({ passphrase: found.value, recovered }) : found;
}

/** What giving an unlocked vault a new data key needs. */
export interface ChangeKeyParts
  extends AuditPlace, Pick<RekeyParts, 'onProgress' | 'confirmInNewProcess'> {
  readonly frontEnd: Pick<RekeyParts['frontEnd'], 'onRecoveryCode'>;
}

/** Gives an unlocked vault a new data key, and shows the new recovery code. */
export async function changeKey(
  parts: ChangeKeyParts,
  vault: Vault,
  options: Omit<RekeyOptions, 'onProgress'> = {},
): Promise<Result<Secret, Problem>> {
  const changed = await vault.rekey({ ...options, onProgress: parts.onProgress });
  if (!changed.ok) {
    const failure = describeVaultFailure(changed.failure);
    const event = { action: 'vault.rekey', outcome: 'failure', reason: failure.code } as const;
    const recorded = await recordEvents(parts, localVault(vault), [event]);
    return recorded.ok ? failed(failure) : recorded;
  }
  const { recoveryCode } = changed.value;
  // Before anything else can fail: from now on, the previous code may not work.
  parts.frontEnd.onRecoveryCode(recoveryCode);
  const passphrase = options.newPassphrase ?? options.passphrase;
  const confirmed = await confirmByNewProcess(parts, vault, passphrase);
  return confirmed.ok ? ok(recoveryCode) : confirmed;
}

/** The memory of this process proves nothing, so another process opens everything from disk. */
export async function confirmByNewProcess(
  parts: Pick<RekeyParts, 'confirmInNewProcess'>,
  vault: Vault,
  passphrase: Secret | undefined,
): Promise<Result<undefined, Problem>> {
  await parts.confirmInNewProcess(vault.storage === 'file' ? passphrase : undefined);
  const unconfirmed = await vault.isRekeyUnconfirmed();
  if (!unconfirmed.ok) return failed(describeVaultFailure(unconfirmed.failure));
  return unconfirmed.value ? failed(problem('VAULT_REKEY_UNCONFIRMED')) : ok();
}
