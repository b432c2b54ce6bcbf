import { failed, ok, type Result, type Secret } from '@postern/kernel';
import { problem, type Problem } from '@postern/protocol';
import { describeVaultFailure, type Vault } from '@postern/vault';
import { auditedLocalVault } from '../audit/audit.ts';
import { connect } from '../instance/connect.ts';
import { holderPlaces } from '../instance/control-address.ts';
import type { OpenParts } from './front-end.ts';
import { create, open, type HomeVault } from './home-vault.ts';
import type { HomeVaultParts } from './home-vault-parts.ts';
import { chooseForNewVault } from './new-vault-choice.ts';
import type { OpenVault } from './open-vault.ts';
import { unlockAndRecord } from './unlock-and-record.ts';

/** The vault of a home, locked; a failure if there is none. */
export async function openExisting(parts: HomeVaultParts): Promise<Result<HomeVault, Problem>> {
  const opened = await open(parts);
  if (!opened.ok) return opened;
  return opened.value.vault.state === 'absent' ? failed(problem('VAULT_NOT_SET_UP')) : opened;
}

/** The vault, unlocked in this process. Each use of a secret is recorded. */
export async function openUnlocked(parts: OpenParts): Promise<Result<OpenVault, Problem>> {
  const opened = await openExisting(parts);
  return opened.ok ? await unlocked(parts, opened.value.vault) : opened;
}

/** The vault as served by the process that has it unlocked, or unlocked here. */
export async function connectOrUnlock(parts: OpenParts): Promise<Result<OpenVault, Problem>> {
  const running = await connect(holderPlaces(parts.home));
  if (!running.ok) return running;
  return running.value === undefined ? await openUnlocked(parts) : ok(running.value);
}

/** The same, but creates the vault if there is none. */
export async function connectOrCreate(parts: OpenParts): Promise<Result<OpenVault, Problem>> {
  const running = await connect(holderPlaces(parts.home));
  if (!running.ok) return running;
  if (running.value !== undefined) return ok(running.value);
  const opened = await open(parts);
  if (!opened.ok) return opened;
  if (opened.value.vault.state !== 'absent') return await unlocked(parts, opened.value.vault);
  const created = await createHere(parts, opened.value);
  return created.ok ? await auditedLocalVault(parts, created.value) : created;
}

async function unlocked(parts: OpenParts, vault: Vault): Promise<Result<OpenVault, Problem>> {
  const opened = await unlockAndRecord(parts, vault);
  return opened.ok ? await auditedLocalVault(parts, vault) : opened;
}

async function createHere(parts: OpenParts, opened: HomeVault): Promise<Result<Vault, Problem>> {
  const { frontEnd } = parts;
  const { vault } = opened;
  const choice = await chooseForNewVault(opened, frontEnd);
  if (!choice.ok) return choice;
  const created = await create(parts, vault, choice.value);
  if (!created.ok) {
    return created.failure.reason === 'vault-exists'
      ? await unlockCreatedMeanwhile(parts, choice.value.passphrase)
      : failed(describeVaultFailure(created.failure));
  }
  const { recoveryCode, recorded } = created.value;
  frontEnd.onCreated(choice.value.storage);
  frontEnd.onRecoveryCode(recoveryCode);
  return recorded.ok ? ok(vault) : recorded;
}

/**
 * Another process created it while this one waited for the lock, so it is opened with the same
 * passphrase.
 */
async function unlockCreatedMeanwhile(
  parts: OpenParts,
  passphrase: Secret | undefined,
): Promise<Result<Vault, Problem>> {
  const opened = await open(parts);
  if (!opened.ok) return opened;
  const { vault } = opened.value;
  const isGiven = passphrase !== undefined && vault.storage === 'file';
  const options = isGiven ? { way: { with: 'passphrase', passphrase } as const } : {};
  const done = await unlockAndRecord(parts, vault, options);
  return done.ok ? ok(vault) : done;
}
