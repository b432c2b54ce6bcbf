import { failed, ok, type Result, type Secret } from '@postern/kernel';
import type { Problem } from '@postern/protocol';
import { describeVaultFailure, type Vault } from '@postern/vault';
import { recordEvents, type AuditPlace } from '../audit/audit.ts';
import { whileAlone } from '../instance/alone.ts';
import { askRunning } from '../instance/ask-running.ts';
import { controlPlace } from '../instance/control-address.ts';
import { openExisting } from './connect-or-open.ts';
import { localVault } from './open-vault.ts';
import { hasPassphrase } from './has-passphrase.ts';
import { changeKey, confirmByNewProcess, renewKey, type RekeyParts } from './rekey.ts';
import { unlockAndRecord, unlockByPassphrase } from './unlock-and-record.ts';

/** `added`: the vault had none. `changed`: together with the data key and the recovery code. */
export type SetPassphrase =
  { readonly outcome: 'added' } | { readonly outcome: 'changed'; readonly recoveryCode: Secret };

/** Sets the passphrase, or changes it after asking for the current one. */
export async function setPassphrase(parts: RekeyParts): Promise<Result<SetPassphrase, Problem>> {
  const opened = await openExisting(parts);
  if (!opened.ok) return opened;
  return hasPassphrase(opened.value.vault)
    ? await whileAlone(parts.home, async () => await changePassphrase(parts))
    : await addPassphrase(parts);
}

/** Every other key slot stays, and so does the data key. */
async function addPassphrase(parts: RekeyParts): Promise<Result<SetPassphrase, Problem>> {
  const opened = await openExisting(parts);
  if (!opened.ok) return opened;
  const { vault } = opened.value;
  const unlocked = await unlockAndRecord(parts, vault, { way: { with: 'keyring' } });
  if (!unlocked.ok) return unlocked;
  const next = await parts.frontEnd.askNewPassphrase();
  if (!next.ok) return next;
  const added = await vault.addPassphrase(next.value);
  if (!added.ok) return failed(describeVaultFailure(added.failure));
  // The key slots changed, so every browser has to sign in again.
  const ended = await askRunning(controlPlace(parts.home), 'POST', '/sessions/end');
  if (!ended.ok) return ended;
  const recorded = await recordSlot(parts, vault, 'vault.slot.add');
  return recorded.ok ? ok({ outcome: 'added' }) : recorded;
}

/**
 * Changes the data key too, so that old copies of the files with the old passphrase can't open new
 * data.
 */
async function changePassphrase(parts: RekeyParts): Promise<Result<SetPassphrase, Problem>> {
  const opened = await openExisting(parts);
  if (!opened.ok) return opened;
  const { vault } = opened.value;
  const unlocked = await unlockByPassphrase(parts, vault);
  if (!unlocked.ok) return unlocked;
  const { passphrase, recovered } = unlocked.value;
  const next = await parts.frontEnd.askNewPassphrase();
  if (!next.ok) return next;
  if (recovered?.outcome === 'in-force') {
    const confirmed = await confirmByNewProcess(parts, vault, passphrase);
    if (!confirmed.ok) return confirmed;
  }
  const changed = await changeKey(parts, vault, { passphrase, newPassphrase: next.value });
  if (!changed.ok) return changed;
  const recorded = await recordSlot(parts, vault, 'vault.slot.change');
  return recorded.ok ? ok({ outcome: 'changed', recoveryCode: changed.value }) : recorded;
}

/** Replaces the recovery code together with the data key. Returns the new code. */
export async function renewRecoveryCode(parts: RekeyParts): Promise<Result<Secret, Problem>> {
  return await whileAlone(parts.home, async () => {
    const opened = await openExisting(parts);
    if (!opened.ok) return opened;
    const renewed = await renewKey(parts, opened.value.vault);
    if (!renewed.ok) return renewed;
    const recorded = await recordSlot(parts, opened.value.vault, 'vault.slot.change');
    return recorded.ok ? ok(renewed.value.recoveryCode) : recorded;
  });
}

export interface RecoveryParts extends RekeyParts {
  readonly askRecoveryCode: () => Promise<Result<Secret, Problem>>;
  /** The keyring is no longer required together with the passphrase. */
  readonly passphraseOnly: boolean;
}

/**
 * Unlocks with the recovery code, and replaces the lost passphrase and the code. Returns the new
 * code.
 */
export async function recoverVault(parts: RecoveryParts): Promise<Result<Secret, Problem>> {
  return await whileAlone(parts.home, async () => {
    const opened = await openExisting(parts);
    if (!opened.ok) return opened;
    const { vault } = opened.value;
    const code = await parts.askRecoveryCode();
    if (!code.ok) return code;
    const way = { with: 'recovery', code: code.value } as const;
    const unlocked = await unlockAndRecord(parts, vault, { way });
    if (!unlocked.ok) return unlocked;
    const next = await parts.frontEnd.askNewPassphrase();
    if (!next.ok) return next;
    const renewed = await replaceLostPassphrase(parts, vault, next.value);
    if (!renewed.ok) return renewed;
    const recorded = await recordSlot(parts, vault, 'vault.slot.change');
    return recorded.ok ? renewed : recorded;
  });
}

async function replaceLostPassphrase(
  parts: RecoveryParts,
  vault: Vault,
  next: Secret,
): Promise<Result<Secret, Problem>> {
  const kept = parts.passphraseOnly ? ({ requireBoth: false } as const) : {};
  const unconfirmed = await vault.isRekeyUnconfirmed();
  if (!unconfirmed.ok) return failed(describeVaultFailure(unconfirmed.failure));
  if (!unconfirmed.value) return await changeKey(parts, vault, { newPassphrase: next, ...kept });
  // A new data key waits already, which the lost passphrase opens: the next passphrase confirms it,
  // and then it is replaced.
  const changed = hasPassphrase(vault)
    ? await vault.changePassphrase({ next, ...kept })
    : await vault.addPassphrase(next);
  if (!changed.ok) return failed(describeVaultFailure(changed.failure));
  const confirmed = await confirmByNewProcess(parts, vault, next);
  if (!confirmed.ok) return confirmed;
  return await changeKey(parts, vault, { passphrase: next });
}

export async function recordSlot(
  place: AuditPlace,
  vault: Vault,
  action: 'vault.slot.add' | 'vault.slot.change',
): Promise<Result<undefined, Problem>> {
  if (vault.id === undefined) return ok();
  const subject = { kind: 'vault', id: vault.id } as const;
  return await recordEvents(place, localVault(vault), [{ action, outcome: 'success', subject }]);
}
