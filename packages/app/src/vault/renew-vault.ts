import { failed, ok, Secret, type Result } from '@postern/kernel';
import { problem, type Problem, type RenewalInput } from '@postern/protocol';
import {
  checkPassphrase,
  describeVaultFailure,
  type UnlockMethod,
  type Vault,
} from '@postern/vault';
import { refuseWhileAgentHolds } from '../instance/alone.ts';
import type { Postern } from '../postern.ts';
import { recordSlot } from './change-slots.ts';
import { hasPassphrase } from './has-passphrase.ts';
import { proofOf, proveUser } from './prove.ts';
import { changeKey, confirmByNewProcess, type ChangeKeyParts, type RekeyParts } from './rekey.ts';
import { FILE_CONFIGURED } from './require-both.ts';
import { changeUnlockRule } from './unlock-rule.ts';
import { recordUnlocked, unlock } from './unlock.ts';

/** The outcome after the vault was locked for the change. */
export interface Renewal {
  /** Undefined if the old one is still valid. */
  readonly recoveryCode: Secret | undefined;
  /** Why nothing was changed, why the change isn't confirmed, or why the vault stays locked. */
  readonly problem: Problem | undefined;
}

/**
 * Gives the vault of a running Postern a new data key and recovery code, and a new passphrase if one is given; or
 * changes what opens it. The databases can't get a new key while they are open. So the vault is locked first, which
 * stops and saves running answers, and is unlocked again afterwards; nothing else can unlock it meanwhile. Fails before
 * it is locked if the user didn't prove who they are, or if another process has the vault unlocked.
 */
export async function renewVault(
  postern: Postern,
  input: RenewalInput,
  confirmInNewProcess: RekeyParts['confirmInNewProcess'],
): Promise<Result<Renewal, Problem>> {
  return await postern.unlocking(async () => {
    const allowed = await checkRenewal(postern, input);
    if (!allowed.ok) return allowed;
    await postern.locking.lock('ASKED');
    const isFirst = !hasPassphrase(postern.vault);
    const renewed = await renewLocked(postern, input, confirmInNewProcess);
    postern.vault.lock();
    const isNew = isFirst || renewed.recoveryCode !== undefined;
    const opened = await postern.unlockWith(unlockWayOf(postern.vault, input, isNew));
    if (!opened.ok) return ok({ ...renewed, problem: renewed.problem ?? opened.failure });
    postern.locking.opened(postern.vault.storage === 'keyring' ? 'itself' : 'person');
    return ok(renewed);
  });
}

async function checkRenewal(
  postern: Postern,
  input: RenewalInput,
): Promise<Result<undefined, Problem>> {
  const { newPassphrase, passphrase, unlockWith } = input;
  const { vault } = postern;
  if (unlockWith === 'keyring' && postern.config().storage === 'file') {
    return failed(problem('USAGE', FILE_CONFIGURED));
  }
  const isProvenByCode = passphrase === undefined && newPassphrase === undefined;
  if (isProvenByCode && unlockWith !== 'keyring' && hasPassphrase(vault)) {
    return failed(problem('VAULT_WRONG_PASSPHRASE'));
  }
  const fit = newPassphrase === undefined ? ok() : checkPassphrase(Secret.of(newPassphrase));
  if (!fit.ok) return failed(describeVaultFailure(fit.failure));
  const free = await refuseWhileAgentHolds(postern);
  return free.ok ? await proveUser(postern, proofOf(input)) : free;
}

function unlockWayOf(vault: Vault, input: RenewalInput, isNew: boolean): UnlockMethod {
  const { newPassphrase } = input;
  if (vault.storage === 'keyring') return { with: 'keyring' };
  const typed = isNew && newPassphrase !== undefined ? { passphrase: newPassphrase } : input;
  return proofOf(typed) ?? { with: 'keyring' };
}

async function renewLocked(
  postern: Postern,
  input: RenewalInput,
  confirmInNewProcess: RekeyParts['confirmInNewProcess'],
): Promise<Renewal> {
  const { vault } = postern;
  const opened = await unlock(vault, unlockWayOf(vault, input, false));
  if (!opened.ok) return notRenewed(describeVaultFailure(opened.failure));
  const recorded = await recordUnlocked(postern, vault, opened.value);
  if (!recorded.ok) return notRenewed(recorded.failure);
  const present = secretOf(input.passphrase);
  if (opened.value?.outcome === 'in-force') {
    const confirmed = await confirmByNewProcess({ confirmInNewProcess }, vault, present);
    if (!confirmed.ok) return notRenewed(confirmed.failure);
  }
  let recoveryCode: Secret | undefined;
  const onRecoveryCode = (code: Secret): void => {
    recoveryCode = code;
  };
  const { home, clock } = postern;
  const parts = { home, clock, confirmInNewProcess, onProgress: () => undefined };
  const frontEnd = { onRecoveryCode };
  const changed = await changeAsAsked({ ...parts, frontEnd }, vault, input);
  if (!changed.ok) return { recoveryCode, problem: changed.failure };
  const noted = await recordSlot(postern, vault, 'vault.slot.change');
  return { recoveryCode, problem: noted.ok ? undefined : noted.failure };
}

async function changeAsAsked(
  parts: ChangeKeyParts,
  vault: Vault,
  { passphrase, newPassphrase, unlockWith }: RenewalInput,
): Promise<Result<Secret | undefined, Problem>> {
  const present = hasPassphrase(vault) ? secretOf(passphrase) : undefined;
  const next = secretOf(newPassphrase);
  if (unlockWith !== undefined) {
    const change = { rule: unlockWith, passphrase: present, newPassphrase: next };
    return await changeUnlockRule(parts, vault, change);
  }
  return await changeKey(parts, vault, {
    ...(present === undefined ? {} : { passphrase: present }),
    ...(next === undefined ? {} : { newPassphrase: next }),
  });
}

function secretOf(text: string | undefined): Secret | undefined {
  return text === undefined ? undefined : Secret.of(text);
}

function notRenewed(failure: Problem): Renewal {
  return { recoveryCode: undefined, problem: failure };
}
